import {
  RetryableError,
  TerminalError,
  type OperationStep,
} from '@slipway/operations';
import { getBackup } from '../database/backups';
import { getDatabase } from '../database/readDatabases';
import type { OperationInput, StepDeps } from './target';

/** The step in which a clone waits for what it begins with. */
export const AWAIT_BACKUP_STEP = 'await-backup';

/** A look is cheap, and a backup of a large database takes hours: a day and a half of looks. */
const UNTIL_IT_ENDED = { maxAttempts: 30_000, maxDelayMs: 5_000 };

/**
 * Waits for the backup of another database that is being taken for this one. It is work of that database; when it fails, the order
 * ends before anything was made.
 */
export function awaitBackup({ knex }: StepDeps): OperationStep<OperationInput> {
  return {
    id: AWAIT_BACKUP_STEP,
    title: 'Wait for the backup that it begins with',
    enters: 'provisioning',
    retry: UNTIL_IT_ENDED,
    async run({ input }) {
      const backup = await getBackup(knex, input.restoreFrom!);
      if (backup.state === 'kept') return;
      const { name, environment } = await getDatabase(knex, backup.database_id);
      const of = `${name} (${environment})`;
      if (backup.state === 'writing') {
        throw new RetryableError(
          `Waits for the backup of ${of} that is being taken for it`,
        );
      }
      throw new TerminalError(
        `The backup of ${of} that it was to begin with is ${backup.state}${backup.problem ? `: ${backup.problem}` : ''}. Nothing was made; delete this order, and clone ${name} again when the cause is mended.`,
      );
    },
  };
}
