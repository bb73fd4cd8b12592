import { defineOperation, type OperationStep } from '@slipway/operations';
import { finishLogin, listToBeRevoked } from '../database/personalLogins';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/** The operation that tells the server of a new owner. */
export const HAND_ON = 'hand-on';

/** It belongs to the new owner already, so that giving up would leave the server behind. */
const UNTIL_DONE = { ...PATIENT, maxAttempts: Number.MAX_SAFE_INTEGER };

/**
 * What follows on the server when a database was handed on. In the portal it belongs to the new owner from the
 * transaction that accepts this, see `HandOnService`.
 */
export function handOn(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: HAND_ON,
    title: 'Hand the database on',
    from: ['ready', 'suspended'],
    // There is nothing to call off: the way back is to hand it back.
    cancel: { atOnceFrom: [] },
    steps: [takeLoginsBack(deps), nameOwner(deps)],
  });
}

/** Removes the logins of those who could not get one any more. Like each removal of a login, no pause holds it up. */
function takeLoginsBack(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: 'take-logins-back',
    title: 'Take back logins of people who are not with the new owner',
    retry: UNTIL_DONE,
    async run(context) {
      const { provider, target } = await load(deps, context);
      for (const id of await listToBeRevoked(deps.knex, target.id)) {
        await repeatable(() =>
          provider.credentials.personal.revoke(
            target,
            id,
            writeContext(context),
          ),
        );
        await context.transact(trx => finishLogin(trx, id));
      }
    },
  };
}

function nameOwner(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: 'name-owner',
    title: 'Name the new owner on the server',
    retry: UNTIL_DONE,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, target, record } = await load(deps, context);
      await repeatable(() =>
        provider.nameOwner(target, record.owner, writeContext(context)),
      );
    },
  };
}
