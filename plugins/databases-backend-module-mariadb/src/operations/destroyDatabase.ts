import {
  DatabaseTarget,
  RetryableError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { serverErrors } from '../errors';
import { quoteDatabase, quoteLogin } from '../identifiers';
import { Session } from '../MariaDbServer';
import { claimTenant, personalLogins } from '../tenant';
import { OperationContext } from './context';
import { removePersonalLogins } from './personal';
import { cutOff } from './sessions';

const TOMBSTONE_DAYS = 30;

/**
 * Removes everything of one database. Its row in the registry goes last, so that
 * a crash before leaves something that can still be proved to be ours.
 * @internal
 */
export async function destroyDatabase(
  { server }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimTenant(session, target, context);
      const { names, logins, hasDatabase } = tenant;
      const all = [...logins.values()];
      await cutOff(
        session,
        all.filter(({ exists }) => exists).map(({ username }) => username),
      );
      if (hasDatabase) {
        await drop(session, names.database);
      }
      await removePersonalLogins(session, personalLogins(tenant));
      for (const { username } of all.filter(({ personal }) => !personal)) {
        await session.query(`DROP USER IF EXISTS ${quoteLogin(username)}`);
        await session.query('DELETE FROM slipway.logins WHERE username = ?', [
          username,
        ]);
      }
      // Before the row: a worker that was overtaken must never find neither.
      await session.query(
        `INSERT INTO slipway.tombstones (id, fence) VALUES (?, ?)
           ON DUPLICATE KEY UPDATE fence = GREATEST(fence, VALUES(fence))`,
        [target.id, context.fence.toString()],
      );
      await session.query('DELETE FROM slipway.tenants WHERE id = ?', [
        target.id,
      ]);
      await session.query(
        `DELETE FROM slipway.tombstones WHERE destroyed_at < now() - INTERVAL ${TOMBSTONE_DAYS} DAY`,
      );
    },
    context,
  );
}

async function drop(session: Session, database: string): Promise<void> {
  try {
    await session.query(`DROP DATABASE IF EXISTS ${quoteDatabase(database)}`);
  } catch (error) {
    if ((error as { errno?: number }).errno !== serverErrors.lockWaitTimeout) {
      throw error;
    }
    // All sessions have ended, and with them whatever they held but this.
    throw new RetryableError(
      `${database} cannot be dropped while a prepared transaction holds it. An administrator of the server finds it with XA RECOVER and ends it with XA ROLLBACK.`,
    );
  }
}
