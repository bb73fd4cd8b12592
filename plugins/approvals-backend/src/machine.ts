import { Machine } from '@slipway/operations';

/** The kind of a request among the resources of `@slipway/operations`. */
export const APPROVAL_KIND = 'approval';

/** From pending to one of the ends; nothing leads from there. */
export const approvalMachine = Machine.create(
  {
    kind: APPROVAL_KIND,
    initial: 'pending',
    transitions: {
      pending: ['approved', 'rejected', 'expired', 'withdrawn', 'superseded'],
      approved: [],
      rejected: [],
      expired: [],
      withdrawn: [],
      superseded: [],
    },
  },
  [],
);
