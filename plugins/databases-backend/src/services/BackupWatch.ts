import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError, toError } from '@backstage/errors';
import type { DurableOperations } from '@slipway/operations';
import type { BackupKind } from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import { insertBackup } from '../database/backups';
import {
  countRunningBackups,
  listWithoutBackup,
  listWithoutFinalBackup,
} from '../database/dueBackups';
import { getDatabase } from '../database/readDatabases';
import { BACKUP } from '../operations/backup';
import type { OperationInput } from '../operations/target';
import { canBackUp } from './canBackUp';
import type { Providers } from './Providers';

/** Who has backups taken when their time has come. */
const ACTOR = 'plugin:databases';
/** That the platform has taken at a time of itself: a night's backups must not keep people's work waiting. */
const AT_A_TIME = 4;

interface BackupWatchDeps {
  knex: Knex;
  operations: DurableOperations;
  providers: Providers;
  config: NonNullable<DatabasesConfig['backups']>;
  logger: LoggerService;
}

/** Has backups taken: by schedule, and of what was deleted before it may be purged. */
export class BackupWatch {
  readonly #deps: BackupWatchDeps;

  static create(deps: BackupWatchDeps): BackupWatch {
    return new BackupWatch(deps);
  }

  private constructor(deps: BackupWatchDeps) {
    this.#deps = deps;
  }

  /** Begins what is due, as far as there is room. The next look begins the rest. */
  async look(): Promise<void> {
    const { knex, providers, config } = this.#deps;
    const providerIds = providers
      .list()
      .filter(canBackUp)
      .map(({ id }) => id);
    let room = AT_A_TIME - (await countRunningBackups(knex, { actor: ACTOR }));
    const begin = async (
      ids: string[],
      backup: { kind: BackupKind; keepDays: number },
    ) => {
      for (const id of ids) {
        if (await this.#begin(id, backup)) room -= 1;
      }
    };
    if (room > 0) {
      await begin(
        await listWithoutFinalBackup(knex, { providerIds, limit: room }),
        { kind: 'final', keepDays: config.finalKeepDays },
      );
    }
    for (const plan of config.schedule) {
      if (room <= 0) return;
      const { environments, everyHours, keepDays } = plan;
      await begin(
        await listWithoutBackup(knex, {
          providerIds,
          environments,
          everyHours,
          limit: room,
        }),
        { kind: 'scheduled', keepDays },
      );
    }
  }

  async #begin(
    id: string,
    { kind, keepDays }: { kind: BackupKind; keepDays: number },
  ): Promise<boolean> {
    const { knex, operations, providers } = this.#deps;
    try {
      await knex.transaction(async trx => {
        await operations.hold(trx, id);
        const record = await getDatabase(trx, id);
        const provider = providers.get(record.provider_id);
        const backupId = await insertBackup(trx, record, {
          kind,
          keepDays,
          createdBy: ACTOR,
          provider,
        });
        const input: OperationInput = { providerId: provider.id, backupId };
        await operations.startOperation(trx, {
          type: BACKUP,
          resourceId: id,
          input,
          actor: ACTOR,
        });
      });
      return true;
    } catch (error) {
      // Something has just begun with it. The next look tells.
      if (!isError(error) || error.name !== 'ConflictError') {
        this.#deps.logger.warn(
          `A backup of database ${id} is begun later`,
          toError(error),
        );
      }
      return false;
    }
  }
}
