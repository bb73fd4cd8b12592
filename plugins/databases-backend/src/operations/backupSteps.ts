import {
  TerminalError,
  type OperationStep,
  type StepContext,
} from '@slipway/operations';
import type {
  DatabaseContents,
  DatabaseProvider,
  DatabaseTarget,
} from '@slipway/plugin-databases-node';
import { isError } from '@backstage/errors';
import type { BackupVault } from '../backups/BackupVault';
import {
  getBackup,
  insertBackupFile,
  keepBackup,
  proveBackup,
} from '../database/backups';
import type { BackupRow } from '../database/rows';
import {
  load,
  PATIENT,
  repeatable,
  scopesOf,
  writeContext,
  type OperationInput,
  type StepDeps,
} from './target';

type UndoStep = Omit<OperationStep<OperationInput>, 'enters'>;

/** Each attempt may write all of the data; a server or a store that is down comes back within the hour, or somebody has to look. */
export const RETRY = { maxAttempts: 12, maxDelayMs: 10 * 60_000 };
/** A dump of a large database takes long; what hangs ends all the same. */
const TIMEOUT_MS = 12 * 60 * 60_000;

/** Writes a backup and proves it by restoring it where nobody is. */
export function backupSteps(deps: StepDeps): OperationStep<OperationInput>[] {
  return [
    writeBackup(deps),
    makeScratch(deps),
    restoreIntoScratch(deps),
    removeScratch(deps, 'remove-scratch'),
  ];
}

/** Takes back what proving left behind. A backup that was written stays. */
export function undoBackup(deps: StepDeps): UndoStep {
  return removeScratch(deps, 'clear-scratch');
}

function writeBackup(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: 'write-backup',
    title: 'Write the backup and seal it',
    retry: RETRY,
    timeoutMs: TIMEOUT_MS,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, target } = await load(deps, context);
      const backup = await backupOf(deps, context);
      if (backup.state === 'kept') return;
      const vault = vaultOf(deps);
      if (!provider.backup) throw cannot(provider, 'take');
      const name = vault.newName(target.id, backup.id);
      await context.transact(trx =>
        insertBackupFile(trx, {
          name,
          backupId: backup.id,
          store: vault.storeId,
        }),
      );
      const { written: dump, file } = await repeatable(() =>
        vault.keep(
          name,
          sink => provider.backup!(target, sink, writeContext(context)),
          context,
        ),
      );
      await context.transact(trx =>
        keepBackup(trx, backup.id, { ...file, file: name, dump }),
      );
    },
  };
}

function makeScratch(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: 'make-scratch',
    title: 'Make a database to prove it in',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, spec } = await load(deps, context);
      const target = scratchOf(await backupOf(deps, context));
      for (const { id } of provider.steps(spec)) {
        await repeatable(() =>
          provider.ensure(id, { target, spec }, writeContext(context)),
        );
      }
    },
  };
}

function restoreIntoScratch(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: 'restore-into-scratch',
    title: 'Restore it there and compare what is in it',
    retry: RETRY,
    timeoutMs: TIMEOUT_MS,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider } = await load(deps, context);
      const backup = await backupOf(deps, context);
      await restore(deps, context, {
        provider,
        backup,
        target: scratchOf(backup),
      });
      await context.transact(trx => proveBackup(trx, backup.id));
    },
  };
}

function removeScratch(
  deps: StepDeps,
  id: 'remove-scratch' | 'clear-scratch',
): OperationStep<OperationInput> {
  return {
    id,
    title: 'Remove the database it was proven in',
    retry: PATIENT,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider } = await load(deps, context);
      const target = scratchOf(await backupOf(deps, context));
      await repeatable(() => provider.destroy(target, writeContext(context)));
    },
  };
}

/** Fills a new database with what is in a backup, before anybody gets a login. */
export function fillFromBackup(deps: StepDeps): OperationStep<OperationInput> {
  return {
    id: 'fill-from-backup',
    title: 'Fill it with what is in the backup',
    retry: RETRY,
    timeoutMs: TIMEOUT_MS,
    pauseScopes: scopesOf,
    async run(context) {
      const { provider, target } = await load(deps, context);
      const backup = await getBackup(deps.knex, context.input.restoreFrom!);
      await restore(deps, context, { provider, backup, target });
    },
  };
}

/** Restores a backup into a database, and sees that everything is there. */
export async function restore(
  deps: StepDeps,
  context: StepContext<OperationInput>,
  what: {
    provider: DatabaseProvider;
    backup: BackupRow;
    target: DatabaseTarget;
    /** Called when the backup is there, before anything is changed. */
    begins?(): Promise<unknown>;
  },
): Promise<void> {
  const { provider, backup, target } = what;
  const { file, format, sha256 } = backup;
  if (backup.state !== 'kept' || !file || !format || !sha256) {
    throw new TerminalError('The backup is not kept any more');
  }
  if (!provider.restore) throw cannot(provider, 'restore');
  const content = await vaultOf(deps)
    .open({ name: file, sha256 }, context)
    .catch(error => {
      if (!isError(error) || error.name !== 'NotFoundError') throw error;
      throw new TerminalError(
        'The file of the backup, or the key to it, is not where it was kept',
      );
    });
  try {
    await what.begins?.();
    const { contents } = await repeatable(() =>
      provider.restore!(target, { format, content }, writeContext(context)),
    );
    assertSame(backup.contents ?? {}, contents);
  } finally {
    content.destroy();
  }
}

/** @throws TerminalError that says what is missing */
function assertSame(was: DatabaseContents, is: DatabaseContents): void {
  const kinds = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const differing = kinds.filter(kind => was[kind] !== is[kind]);
  if (differing.length) {
    throw new TerminalError(
      `What was restored is not what was backed up: ${differing
        .map(kind => `${is[kind] ?? 0} ${kind} instead of ${was[kind] ?? 0}`)
        .join(', ')}`,
    );
  }
}

/** @throws TerminalError when there is no store any more */
function vaultOf({ vault }: StepDeps): BackupVault {
  if (!vault) {
    throw new TerminalError(
      'There is no place for backups any more. Put databases.backups back into the configuration.',
    );
  }
  return vault;
}

/** @throws TerminalError when the provider cannot do it, or cannot any more */
function cannot({ title }: DatabaseProvider, what: string): TerminalError {
  return new TerminalError(
    `${title} does not ${what} backups at the moment. Its notes on the order page say why.`,
  );
}

function backupOf(
  deps: StepDeps,
  { input }: StepContext<OperationInput>,
): Promise<BackupRow> {
  return getBackup(deps.knex, input.backupId!);
}

/** The database in which a backup is proven: ours by its marker, and nobody's. */
function scratchOf(backup: BackupRow): DatabaseTarget {
  return { id: backup.scratch_id, externalName: backup.scratch_name };
}
