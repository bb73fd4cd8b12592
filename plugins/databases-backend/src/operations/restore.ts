import { defineOperation, type OperationStep } from '@slipway/operations';
import { getBackup, noteBackupProblem } from '../database/backups';
import { finishAllLogins } from '../database/personalLogins';
import { problemOf } from './backup';
import { backupSteps, restore as restoreInto, undoBackup } from './backupSteps';
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

const TURN_OFF = 'turn-logins-off';
const TIMEOUT_MS = 12 * 60 * 60_000;

/**
 * Replaces what a database holds by what a backup of it holds. What it held is backed up first, and that is proven, so that
 * there is a way back; when the restore fails, the database gets back what it held.
 */
export function restore(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: RESTORE,
    title: 'Restore the database from a backup',
    from: ['ready'],
    succeeds: 'ready',
    fails: 'ready',
    steps: [
      ...backupSteps(deps),
      turnLoginsOff(deps),
      {
        id: 'restore-data',
        title: 'Replace the data by that of the backup',
        retry: PATIENT,
        timeoutMs: TIMEOUT_MS,
        pauseScopes: scopesOf,
        async run(context) {
          const { provider, target } = await load(deps, context);
          const { restoreFrom = '' } = context.input;
          const backup = await getBackup(deps.knex, restoreFrom);
          await restoreInto(deps, context, { provider, backup, target });
        },
      },
      turnLoginOn(deps, 'turn-login-on'),
    ],
    undo: [
      putBack(deps),
      turnLoginOn(deps, 'turn-login-on-again'),
      undoBackup(deps),
    ],
    // As long as nothing was replaced. After that it is restored once more instead.
    cancel: { undo: [undoBackup(deps)], before: TURN_OFF },
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
    id: TURN_OFF,
    title: 'Turn logins off and end sessions',
    enters: 'restoring',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, target } = await load(deps, context);
      await repeatable(() => provider.suspend(target, writeContext(context)));
      await context.transact(trx => finishAllLogins(trx, target.id));
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
      if (context.resource.state !== 'restoring') return;
      const { provider, target } = await load(deps, context);
      await repeatable(() => provider.resume(target, writeContext(context)));
    },
  };
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
      if (!context.outputs[TURN_OFF]) return;
      const { provider, target } = await load(deps, context);
      const backup = await getBackup(deps.knex, context.input.backupId!);
      await restoreInto(deps, context, { provider, backup, target });
    },
  };
}
