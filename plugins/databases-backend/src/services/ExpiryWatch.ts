import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError, toError } from '@backstage/errors';
import type { DurableOperations } from '@slipway/operations';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import { claimReminder, listExpiring } from '../database/expiry';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import type { OperationInput } from '../operations/target';
import { formatTime } from './formatTime';

/** The condition of a database whose end is near. */
export const EXPIRING = 'expiring';
/** The event that reminds its owners. */
export const EXPIRY_REMINDER = 'expiry.reminder';
/** The event of its end. */
export const EXPIRED = 'expiry.reached';

/** Who suspends what has ended. */
const ACTOR = 'plugin:databases';

interface ExpiryWatchDeps {
  knex: Knex;
  operations: DurableOperations;
  config: DatabasesConfig;
  logger: LoggerService;
}

/** Marks databases whose end is near, reminds their owners, and suspends those that have ended. */
export class ExpiryWatch {
  readonly #deps: ExpiryWatchDeps;

  static create(deps: ExpiryWatchDeps): ExpiryWatch {
    return new ExpiryWatch(deps);
  }

  private constructor(deps: ExpiryWatchDeps) {
    this.#deps = deps;
  }

  /** Looks at each once. Replicas may look at the same time. */
  async look(signal?: AbortSignal): Promise<void> {
    const { knex, config, logger } = this.#deps;
    const ids = await listExpiring(knex, {
      withinDays: Math.max(0, ...config.expiry.remindDays),
      condition: EXPIRING,
    });
    for (const id of ids) {
      if (signal?.aborted) return;
      await this.#lookAt(id).catch(error => {
        // Something is under way with it. The next look tells.
        if (isError(error) && error.name === 'ConflictError') return;
        logger.warn(
          `Whether database ${id} has ended is looked at later`,
          toError(error),
        );
      });
    }
  }

  async #lookAt(id: string): Promise<void> {
    const { knex, operations } = this.#deps;
    await knex.transaction(async trx => {
      // The resource first, as workers do.
      await operations.hold(trx, id);
      await trx('databases').where({ id }).forUpdate().first('id');
      const record = await getDatabase(trx, id);
      const { rows } = await trx.raw(
        'SELECT expires_at <= now() AS is_over FROM databases WHERE id = ?',
        [id],
      );
      await this.#mark(trx, record);
      if (record.state !== 'ready') return;
      if (rows[0].is_over) await this.#end(trx, record);
      else await this.#remind(trx, record);
    });
  }

  /** Says it on the page, in lists and on the home page, for as long as it is so. */
  async #mark(trx: Knex.Transaction, record: DatabaseRecord): Promise<void> {
    const { config, operations } = this.#deps;
    const { expires_at: end, state } = record;
    const [{ near }] = await trx('databases')
      .where({ id: record.id })
      .select(
        trx.raw(
          `coalesce(expires_at <= now() + ? * interval '1 day', false) AS near`,
          [Math.max(0, ...config.expiry.remindDays)],
        ),
      );
    await operations.setCondition(trx, {
      resourceId: record.id,
      type: EXPIRING,
      message:
        end && near && state === 'ready' ? whatComes(end, config) : undefined,
    });
  }

  async #remind(trx: Knex.Transaction, record: DatabaseRecord): Promise<void> {
    const { config, operations } = this.#deps;
    const days = await claimReminder(trx, record.id, config.expiry.remindDays);
    if (days === undefined) return;
    await operations.appendEvent(trx, {
      resourceId: record.id,
      type: EXPIRY_REMINDER,
      data: { message: whatComes(record.expires_at!, config), days },
    });
  }

  async #end(trx: Knex.Transaction, record: DatabaseRecord): Promise<void> {
    const { config, operations } = this.#deps;
    const { graceHours } = config.deletion;
    const input: OperationInput = { providerId: record.provider_id };
    await operations.startOperation(trx, {
      type: 'suspend',
      resourceId: record.id,
      input,
      actor: ACTOR,
    });
    const [{ purge_after: purgeAfter }] = await trx('databases')
      .where({ id: record.id })
      .update({
        purge_after: trx.raw(`now() + ? * interval '1 hour'`, [graceHours]),
      })
      .returning('purge_after');
    await operations.appendEvent(trx, {
      resourceId: record.id,
      type: EXPIRED,
      data: {
        message: `Its time is over since ${formatTime(record.expires_at!)}: logins are turned off, and the data is kept until ${formatTime(purgeAfter)}. Extend it and resume it until then; after that somebody may purge it.`,
      },
    });
  }
}

/** What happens at the end, in a sentence. */
export function whatComes(
  end: Date,
  { deletion }: Pick<DatabasesConfig, 'deletion'>,
): string {
  return `It ends on ${formatTime(end)}: logins are turned off then, the data is kept for ${inWords(deletion.graceHours)} more, and can be purged after that. Extend it if it is needed longer.`;
}

function inWords(hours: number): string {
  return hours % 24 === 0 && hours > 0
    ? `${hours / 24} ${hours === 24 ? 'day' : 'days'}`
    : `${hours} ${hours === 1 ? 'hour' : 'hours'}`;
}
