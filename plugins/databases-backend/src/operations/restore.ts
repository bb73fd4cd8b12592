import { defineOperation, type OperationStep } from '@slipway/operations';
import { getBackup, noteBackupProblem } from '../database/backups';
import { finishAllLogins } from '../database/personalLogins';
import { problemOf } from './backup';
import {
  backupSteps,
  restore as restoreInto,
  RETRY,
  undoBackup,
} from './backupSteps';
import { forgetFormer } from './forgetFormer';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

/** The operation that puts the data of a backup in the place of what is there. */
export const RESTORE = 'restore';

const RESTORE_DATA = 'restore-data';
const LOGIN_ON_AGAIN = 'turn-login-on-again';
/** What is stored before the first of the data goes. */
const EMPTIES = 'empties';
const TIMEOUT_MS = 12 * 60 * 60_000;

/**
 * Replaces what a database holds by what a backup of it holds. Logins are off from the beginning; what it holds then is backed up
 * and that is proven, so that there is a way back. When the restore fails, the database gets back what it held.
 */
export function restore(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: RESTORE,
    title: 'Restore the database from a backup',
    from: ['ready'],
    succeeds: 'ready',
    fails: 'ready',
    // When somebody gives up putting back what it held, nobody can log in, and what it holds is what it got back so far.
    leftUndone: { step: LOGIN_ON_AGAIN, ends: 'suspended' },
    uncertain: 'uncertain',
    steps: [
      // First: what is written after the backup of what it holds would be lost.
      turnLoginsOff(deps),
      ...backupSteps(deps),
      {
        id: RESTORE_DATA,
        title: 'Replace the data by that of the backup',
        // Nobody can log in meanwhile: what does not pass within the hour is put back.
        retry: RETRY,
        timeoutMs: TIMEOUT_MS,
        pauseScopes: scopesOf,
        async run(context) {
          const { provider, target } = await load(deps, context);
          const { restoreFrom = '' } = context.input;
          const backup = await getBackup(deps.knex, restoreFrom);
          await restoreInto(deps, context, {
            provider,
            backup,
            target,
            // From here on what it held is in the other backup only.
            begins: () => context.intend(EMPTIES, target.externalName),
          });
        },
      },
      turnLoginOn(deps, 'turn-login-on'),
    ],
    undo: [putBack(deps), turnLoginOn(deps, LOGIN_ON_AGAIN), undoBackup(deps)],
    // As long as nothing was replaced. After that it is restored once more instead.
    cancel: {
      undo: [turnLoginOn(deps, LOGIN_ON_AGAIN), undoBackup(deps)],
      before: RESTORE_DATA,
    },
    async settled(trx, { operation, outcome }) {
      const { backupId } = operation.input as OperationInput;
      if (outcome !== 'succeeded' && backupId) {
        await noteBackupProblem(trx, backupId, problemOf(operation, outcome));
      }
    },
  });
}

function turnLoginsOff(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: 'turn-logins-off',
    title: 'Turn logins off and end sessions',
    enters: 'restoring',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, target } = await load(deps, context);
      await repeatable(() => provider.suspend(target, writeContext(context)));
      await context.transact(trx => finishAllLogins(trx, target.id));
      // Only the login in use is turned on again.
      await forgetFormer(deps, context);
    },
  };
}

function turnLoginOn(
  deps: StepDeps,
  id: string,
): Omit<OperationStep<OperationInput>, 'enters'> {
  return {
    id,
    title: 'Turn the application’s login on',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      // They were never turned off.
      if (context.resource.state === 'ready') return;
      const { provider, target } = await load(deps, context);
      await repeatable(() => provider.resume(target, writeContext(context)));
    },
  };
}

/** Whether the data that was there may be gone. */
async function hasBegun(
  { knex }: StepDeps,
  operationId: string,
): Promise<boolean> {
  const row = await knex('operations_steps')
    .where({ operation_id: operationId, step_id: RESTORE_DATA })
    .first('intents');
  return Boolean(row?.intents?.[EMPTIES]);
}

/** Restores what the database held, when its place was taken, or may have been. */
function putBack(
  deps: StepDeps,
): Omit<OperationStep<OperationInput>, 'enters'> {
  return {
    id: 'put-back',
    title: 'Put back what it held before',
    retry: PATIENT,
    timeoutMs: TIMEOUT_MS,
    pauseScopes: scopesOf,
    async run(context) {
      if (!(await hasBegun(deps, context.operationId))) return;
      const { provider, target } = await load(deps, context);
      const backup = await getBackup(deps.knex, context.input.backupId!);
      await restoreInto(deps, context, { provider, backup, target });
    },
  };
}
