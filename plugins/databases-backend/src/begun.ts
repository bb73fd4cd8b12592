import type { DatabaseAccepted } from '@slipway/plugin-databases-common';

/**
 * For the audit: what was begun. Only the answer knows: the same "delete" suspends what is ready,
 * cleans what failed, and purges what is past its grace period.
 *
 * @internal
 */
export function begun({ database, operation }: DatabaseAccepted) {
  return {
    databaseId: database.id,
    operationId: operation.id,
    operationType: operation.type,
  };
}
