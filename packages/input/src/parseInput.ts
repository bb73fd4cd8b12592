import { InputError } from '@backstage/errors';
import { z } from 'zod';

/**
 * One thing wrong with what somebody sent.
 * @public
 */
export interface FieldProblem {
  /** The field, with dots for depth, e.g. `name`; empty for the whole. */
  field: string;
  /** A sentence that begins with the field and says how to mend it. */
  message: string;
}

/**
 * What is said of a field that is missing, or of another type.
 *
 * @param type - what it has to be, e.g. `text`
 * @param advice - a sentence that says what to give
 * @public
 */
export function missingOrNot(type: string, advice: string) {
  return {
    error: ({ input }: { input?: unknown }) =>
      `${input === undefined ? 'is missing' : `is not ${type}`}. ${advice}`,
  };
}

/**
 * Turns what zod found into sentences that name their field.
 * @public
 */
export function toFieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.map(issue => {
    const field = issue.path.join('.');
    return {
      field,
      message: field ? `${field} ${issue.message}` : issue.message,
    };
  });
}

/**
 * Checks a value at a border.
 *
 * @throws InputError with one sentence per problem; nothing of the value other
 *   than what a sentence quotes is repeated.
 * @public
 */
export function parseInput<T extends z.ZodType>(
  schema: T,
  value: unknown,
): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) {
    return result.data;
  }
  const sentences = toFieldProblems(result.error).map(p => p.message);
  throw new InputError(sentences.join(' '));
}
