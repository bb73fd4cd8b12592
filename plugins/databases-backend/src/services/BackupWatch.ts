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
/** Of one provider that the platform has taken at a time of itself, half of its turns: a night's backups must not keep people's work waiting. */
const AT_A_TIME = 2;

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
    const { knex, providers } = this.#deps;
    const running = await countRunningBackups(knex, { actor: ACTOR });
    for (const provider of providers.list().filter(canBackUp)) {
      const room = AT_A_TIME - (running.get(provider.id) ?? 0);
      await this.#lookAt(provider.id, room);
    }
  }

  /** What is due by schedule comes first: of what is deleted there is time until the end of its grace period. */
  async #lookAt(providerId: string, places: number): Promise<void> {
    const { knex, config } = this.#deps;
    let room = places;
    const begin = async (
      ids: string[],
      backup: { kind: BackupKind; keepDays: number },
    ) => {
      for (const id of ids) {
        if (await this.#begin(id, backup)) room -= 1;
      }
    };
    for (const plan of config.schedule) {
      if (room <= 0) return;
      const { environments, everyHours, keepDays } = plan;
      await begin(
        await listWithoutBackup(knex, {
          providerId,
          environments,
          everyHours,
          limit: room,
        }),
        { kind: 'scheduled', keepDays },
      );
    }
    if (room <= 0) return;
    await begin(
      await listWithoutFinalBackup(knex, { providerId, limit: room }),
      { kind: 'final', keepDays: config.finalKeepDays },
    );
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
