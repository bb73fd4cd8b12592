import { WAIVER_JOIN } from './waiverJoin';

/**
 * Pairs of an owner and a policy with how many of the policy's checks were made, and how many violations of it are open: those
 * that no waiver covers, and those that one does. The violations are the rows that `listViolations` gives. What is violated
 * counts as checked, also where replicas run of the version before, whose looks beside the sweep were not counted.
 */
export const COUNTS = `
  SELECT owner, policy,
    GREATEST(COALESCE(c.checked, 0), COALESCE(f.violating, 0) + COALESCE(f.waived, 0))::int AS checked,
    COALESCE(f.violating, 0)::int AS violating, COALESCE(f.waived, 0)::int AS waived
  FROM policy_checks AS c FULL JOIN (
    SELECT COALESCE(v.owner, '') AS owner, v.policy, count(*) FILTER (WHERE w.id IS NULL) AS violating, count(w.id) AS waived
    FROM policy_violations AS v ${WAIVER_JOIN}
    WHERE v.resolved_at IS NULL
    GROUP BY 1, 2
  ) AS f USING (owner, policy)`;
