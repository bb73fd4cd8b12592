import { EnsureRequest, WriteContext } from '@slipway/plugin-databases-node';
import { quoteLogin } from '../identifiers';
import { claimExisting } from '../tenant';
import { OperationContext } from './context';

/**
 * Makes the application's logins, turned off and without a password.
 * @internal
 */
export async function ensureLogins(
  { server, config }: OperationContext,
  { target }: EnsureRequest,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const { names } = await claimExisting(session, target, context);
      for (const login of Object.values(names.logins)) {
        await session.query(
          `INSERT IGNORE INTO slipway.logins (username, tenant_id, kind) VALUES (?, ?, 'application')`,
          [login, target.id],
        );
        await session.query(
          `CREATE USER IF NOT EXISTS ${quoteLogin(login)} IDENTIFIED VIA mysql_native_password USING 'invalid' ${requireTls(config)} ACCOUNT LOCK`,
        );
      }
    },
    context,
  );
}

/** Part of CREATE USER: whoever can be reached by TLS is reached by TLS only. */
export function requireTls(config: OperationContext['config']): string {
  return config.connection.ssl ? 'REQUIRE SSL' : 'REQUIRE NONE';
}
