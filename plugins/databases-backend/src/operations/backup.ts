import { defineOperation } from '@slipway/operations';
import { noteBackupProblem } from '../database/backups';
import { backupSteps, undoBackup } from './backupSteps';
import type { OperationInput, StepDeps } from './target';

/** The operation that takes a backup. */
export const BACKUP = 'backup';

/** Takes a backup and proves it. The database stays what it is meanwhile, and is used as before. */
export function backup(deps: StepDeps) {
  return defineOperation<OperationInput>({
    type: BACKUP,
    title: 'Back the database up',
    from: ['ready', 'suspended'],
    steps: backupSteps(deps),
    undo: [undoBackup(deps)],
    cancel: { undo: [undoBackup(deps)] },
    async settled(trx, { operation, outcome }) {
      const { backupId } = operation.input as OperationInput;
      if (outcome !== 'succeeded' && backupId) {
        await noteBackupProblem(trx, backupId, problemOf(operation, outcome));
      }
    },
  });
}

/** Why a backup was not written or not proven, for people. */
export function problemOf(
  { error }: { error?: { message: string } },
  outcome: string,
): string {
  return outcome === 'cancelled'
    ? 'It was called off.'
    : (error?.message ?? 'It failed.');
}
