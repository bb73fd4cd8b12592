import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';

/** "slip": one number for all replicas that share a database. */
const LOCK = 0x736c6970;
const LOCK_NOT_AVAILABLE = '55P03';

/** What a replica holds while its plugins bring their tables up to date. */
export interface StartupLock {
  /** Whether nobody else migrates now. False after a wait in vain: then the replica starts beside the other. */
  readonly exclusive: boolean;
  release(): Promise<void>;
}

/**
 * Lets one replica at a time start up.
 *
 * @remarks
 *
 * Backstage's plugins migrate their databases when they start, and two that do so at once get in each other's way:
 * "relation … already exists", "Migration table is already locked", and the plugin stays off. The lock belongs to a
 * transaction, so that it works through any pooler and ends with the process, however that ends.
 *
 * @param knex - connected to a database that all replicas share
 */
export async function takeStartupLock(
  knex: Knex,
  options: { logger: LoggerService; patienceMs: number },
): Promise<StartupLock> {
  const { logger, patienceMs } = options;
  const trx = await knex.transaction();
  try {
    await trx.raw(`SET LOCAL idle_in_transaction_session_timeout = 0`);
    const { rows } = await trx.raw<{ rows: { free: boolean }[] }>(
      'SELECT pg_try_advisory_xact_lock(?) AS free',
      [LOCK],
    );
    if (!rows[0].free) {
      logger.info('Another replica is starting; this one follows it');
      await trx.raw(`SET LOCAL lock_timeout = ${Math.ceil(patienceMs)}`);
      await trx.raw('SELECT pg_advisory_xact_lock(?)', [LOCK]);
    }
  } catch (error) {
    await trx.rollback().catch(() => {});
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) {
      throw error;
    }
    logger.warn(
      `Another replica has been starting for ${patienceMs / 1000} s; this one no longer waits for it`,
    );
    return { exclusive: false, release: async () => {} };
  }
  return {
    exclusive: true,
    // The connection may be gone, and the lock with it.
    release: () => trx.commit().then(undefined, () => {}),
  };
}
