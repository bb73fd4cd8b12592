import { ResponseError } from '@backstage/errors';
import {
  judgedFindingSchema,
  type JudgedFinding,
} from '@slipway/plugin-policies-common';
import { z } from 'zod';

const findingsSchema = z.array(judgedFindingSchema).min(1);

/**
 * What the policies had against a request that a service refused; undefined when it was refused for
 * another reason.
 * @public
 */
export function findingsOf(error: unknown): JudgedFinding[] | undefined {
  if (!(error instanceof ResponseError)) {
    return undefined;
  }
  return findingsIn(error.body);
}

/**
 * {@link findingsOf}, from the body of an answer.
 * @public
 */
export function findingsIn(body: unknown): JudgedFinding[] | undefined {
  const { findings, error } = (body ?? {}) as {
    findings?: unknown;
    error?: { findings?: unknown };
  };
  const found = findingsSchema.safeParse(findings ?? error?.findings);
  return found.success ? found.data : undefined;
}
