import { Machine } from '@slipway/operations';

/** The kind of a waiver among the resources of `@slipway/operations`. */
export const WAIVER_KIND = 'policy-waiver';

/** Asked for, then granted for a time; nothing leads out of the other states. */
export const waiverMachine = Machine.create(
  {
    kind: WAIVER_KIND,
    initial: 'requested',
    transitions: {
      requested: ['granted', 'rejected', 'withdrawn', 'expired'],
      granted: ['ended', 'expired'],
      rejected: [],
      withdrawn: [],
      ended: [],
      expired: [],
    },
  },
  [],
);
