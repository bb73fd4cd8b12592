/**
 * The most steps that one expression may take, by the estimate that is made when it is read.
 *
 * A step takes a quarter to two thirds of a microsecond, so that an expression takes 70 ms at the very worst: with lists and texts that
 * are all as long as they may be. Usual ones take some microseconds.
 */
export const EXPRESSION_COST_MAX = 100_000;

/**
 * The most steps that all expressions of a policy may take together: by the estimate, and for each request, where the steps are counted
 * as they are taken. An estimate knows nothing of what nobody declared; the count does, and a policy that takes more fails.
 */
export const POLICY_COST_MAX = 200_000;

/**
 * The most steps that all policies about one kind may take together, by the estimate and for each request. One request is judged by
 * all of them, in the thread that answers everybody: 150 policies of 200,000 steps held it for 2.4 s. So this is 200 ms at the very worst, and a
 * millisecond as a rule.
 */
export const KIND_COST_MAX = 300_000;
