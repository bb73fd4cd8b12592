import { EnsureRequest, WriteContext } from '@slipway/plugin-databases-node';
import { quoteGrantedDatabase, quoteLogin } from '../identifiers';
import { claimExisting } from '../tenant';
import { OperationContext } from './context';
import { requireTls } from './ensureLogins';
import { rights } from './rights';

/**
 * Gives the application's logins their rights on the database, and their limits. What else an administrator has given them is left, and
 * named by the probe of a login.
 * @internal
 */
export async function ensureRights(
  { server, config }: OperationContext,
  { target, spec }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  const { connectionLimit, statementTimeoutSeconds } = spec.limits;
  await server.exclusively(
    target.id,
    async session => {
      const { names } = await claimExisting(session, target, context);
      const database = quoteGrantedDatabase(names.database);
      for (const login of Object.values(names.logins)) {
        await session.query(
          `GRANT ${rights.application} ON ${database}.* TO ${quoteLogin(login)}`,
        );
        await session.query(
          `ALTER USER ${quoteLogin(login)} ${requireTls(config)} WITH MAX_USER_CONNECTIONS ${Number(connectionLimit)} MAX_STATEMENT_TIME ${Number(statementTimeoutSeconds)}`,
        );
      }
    },
    context,
  );
}
