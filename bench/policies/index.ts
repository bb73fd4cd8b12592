import type { Benchmark } from '../run.ts';
import { measureEvaluation } from './evaluation.ts';
import { measurePortal } from './portal.ts';

/** Our policies beside functions that do the same checks, and a portal that sweeps beside itself when it does not. */
export const policies: Benchmark = {
  description:
    'evaluation beside the same checks as functions; the sweep of a portal, and its pages meanwhile',
  run: async context => [
    ...(await measureEvaluation(context)),
    ...(await measurePortal(context)),
  ],
};
