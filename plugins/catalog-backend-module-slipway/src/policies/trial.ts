import { randomUUID } from 'node:crypto';
import type { Request } from 'express';

/** Marks the dry run that is asked for before a registration, which needs no other before. */
export const TRIAL_HEADER = 'slipway-trial';

/** Nobody else knows it. Another replica takes such a dry run for one of somebody's own, and counts for itself. */
export const TRIAL_KEY = randomUUID();

/** Whether this process asks for the dry run itself, for a request that it has counted already. */
export function isOwnTrial(request: Request): boolean {
  return request.header(TRIAL_HEADER) === TRIAL_KEY;
}
