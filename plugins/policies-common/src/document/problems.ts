import { InputError } from '@backstage/errors';

/**
 * One thing that is wrong with a document.
 * @public
 */
export interface PolicyProblem {
  /** The file, as whoever read it named it. */
  file: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** A sentence that says what is wrong and how to mend it. */
  message: string;
}

/**
 * A problem as compilers print them: `file:line:column: message`.
 * @public
 */
export function formatPolicyProblem(problem: PolicyProblem): string {
  const { file, line, column, message } = problem;
  return `${file}:${line}:${column}: ${message}`;
}

/**
 * Documents that cannot be used, with all that is wrong with them.
 * @public
 */
export class PolicyProblemsError extends InputError {
  constructor(readonly problems: readonly PolicyProblem[]) {
    super(problems.map(formatPolicyProblem).join('\n'));
  }
}
