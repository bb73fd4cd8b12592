import type { DatabaseAccepted } from '@slipway/plugin-databases-common';
import type { HandedOn } from './services/HandOnService';
import type { Ordered } from './services/OrdersService';

/**
 * What was begun. Only the answer knows: the same "delete" suspends what is ready, cleans what
 * failed, and purges what is past its grace period.
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

/**
 * What was ordered, and as what: administrators may order for groups that they do not belong to.
 *
 * @internal
 */
export function ordered({ accepted, orderedAs }: Ordered) {
  return { ...begun(accepted), orderedAs };
}

/**
 * Whose it was. Only the answer knows: by then it is somebody else's.
 *
 * @internal
 */
export function handedOn({ accepted, from }: HandedOn) {
  return { ...begun(accepted), from };
}
