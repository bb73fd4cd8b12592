import type { Database } from '@slipway/plugin-databases-common';

/** Whether a database was deleted, be it with its grace period still to come. */
export function isLeaving({ state, purgeAfter }: Database): boolean {
  return (
    ['deleted', 'purging', 'cleaning'].includes(state) ||
    purgeAfter !== undefined
  );
}
