import {
  EnsureRequest,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import { quoteName } from '../identifiers';
import { claimTenant } from '../tenant';
import { OperationContext } from './context';
import { endBlockers } from './endBlockers';

/** How long a transaction may wait for its client. What it locks, and what it keeps from being vacuumed, waits with it. */
const IDLE_MINUTES = 5;

/**
 * Shuts everybody else out, lets the tenant's roles in and sets the limits; mends
 * both when somebody changed them.
 * @internal
 */
export async function ensureIsolation(
  { server }: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names, database } = await claimTenant(session, target, context);
      if (!database) {
        throw new TerminalError('The database is not on the server yet');
      }
      const name = quoteName(names.database);
      const { connectionLimit, statementTimeoutSeconds } = spec.limits;
      await endBlockers(server, session, () =>
        server.transaction(session, async () => {
          await session.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
          await session.query(
            `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${name} TO ${quoteName(names.owner)}`,
          );
          await session.query(
            `GRANT CONNECT ON DATABASE ${name} TO ${quoteName(names.rw)}, ${quoteName(names.ro)}`,
          );
          await session.query(
            `ALTER DATABASE ${name} SET statement_timeout TO '${Math.trunc(statementTimeoutSeconds)}s'`,
          );
          // Soft, as every timeout: whoever means harm sets it to 0.
          await session.query(
            `ALTER DATABASE ${name} SET idle_in_transaction_session_timeout TO '${IDLE_MINUTES}min'`,
          );
          for (const login of Object.values(names.logins)) {
            // A login may give itself another timeout; its role's comes first.
            await session.query(
              `ALTER ROLE ${quoteName(login)} RESET statement_timeout`,
            );
            await session.query(
              `ALTER ROLE ${quoteName(login)} IN DATABASE ${name} RESET statement_timeout`,
            );
          }
          await session.query(
            `ALTER DATABASE ${name} WITH CONNECTION LIMIT ${Math.trunc(connectionLimit)} ALLOW_CONNECTIONS true`,
          );
        }),
      );
    },
    context,
  );
}
