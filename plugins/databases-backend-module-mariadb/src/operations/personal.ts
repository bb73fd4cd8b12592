import {
  DatabaseTarget,
  PersonalCredentialsProvider,
  ProvidedLogin,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import {
  personalLoginName,
  quoteGrantedDatabase,
  quoteLogin,
} from '../identifiers';
import { Session } from '../MariaDbServer';
import { nativePassword } from '../nativePassword';
import { claimExisting, claimTenant, personalLogins, Tenant } from '../tenant';
import { OperationContext } from './context';
import { requireTls } from './ensureLogins';
import { toEndpoint } from './observeDatabase';
import { rights } from './rights';
import { cutOff } from './sessions';

const SESSIONS = 5;

/**
 * Makes a person's login. MariaDB knows passwords that expire after days only, so that an event on the server turns the login off
 * at its time, whether the portal runs or not.
 * @internal
 */
export async function grantPersonalLogin(
  { server, config }: OperationContext,
  target: DatabaseTarget,
  login: Parameters<PersonalCredentialsProvider['grant']>[1],
  context: WriteContext,
): Promise<ProvidedLogin> {
  return server.exclusively(
    target.id,
    async session => {
      const tenant = await claimExisting(session, target, context);
      if (tenant.record.suspended) {
        throw new TerminalError('The database is suspended. Resume it first.');
      }
      const username = personalLoginName(login.person, login.loginId);
      const account = quoteLogin(username);
      if (!tenant.logins.has(username)) {
        const taken = await session.query(
          'SELECT 1 FROM mysql.global_priv WHERE User = ?',
          [username],
        );
        if (taken.length > 0) {
          throw new TerminalError(
            `"${username}" is on the server already and is not a login of this database. It was left as it is.`,
          );
        }
      }
      await session.query(
        `INSERT INTO slipway.logins (username, tenant_id, kind, login_id, access, expires_at)
           VALUES (?, ?, 'personal', ?, ?, ?)
           ON DUPLICATE KEY UPDATE access = VALUES(access), expires_at = VALUES(expires_at)`,
        [username, target.id, login.loginId, login.access, login.expiresAt],
      );
      await session.query(
        `CREATE USER IF NOT EXISTS ${account} IDENTIFIED VIA mysql_native_password USING 'invalid' ${requireTls(config)} ACCOUNT LOCK`,
      );
      await session.query(
        `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${account}`,
      );
      await session.query(
        `GRANT ${rights[login.access]} ON ${quoteGrantedDatabase(tenant.names.database)}.* TO ${account}`,
      );
      const expiresAt = login.expiresAt.getTime() / 1_000;
      // By the clock that is to end it: ours may be behind.
      const [{ is_over: isOver }] = await session.query(
        'SELECT ? <= UNIX_TIMESTAMP() AS is_over',
        [expiresAt],
      );
      if (!isOver) {
        await session.query(
          `CREATE OR REPLACE EVENT slipway.${eventName(username)} ON SCHEDULE AT FROM_UNIXTIME(?) DO
             BEGIN ALTER USER IF EXISTS ${account} ACCOUNT LOCK; KILL USER ${account}; END`,
          [expiresAt],
        );
      }
      await session.query(
        `ALTER USER ${account} IDENTIFIED BY PASSWORD '${nativePassword(login.password)}'
           WITH MAX_USER_CONNECTIONS ${SESSIONS} MAX_STATEMENT_TIME ${statementSeconds(tenant)} ACCOUNT ${isOver ? 'LOCK' : 'UNLOCK'}`,
      );
      if (!(await hasEvent(session, username))) {
        // Its time came meanwhile, and what was to end it has been.
        await cutOff(session, [username]);
      }
      return { username, endpoint: toEndpoint(config, tenant.names.database) };
    },
    context,
  );
}

/** @internal */
export async function revokePersonalLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  loginId: string,
  context: WriteContext,
): Promise<void> {
  await server.exclusively(
    target.id,
    async session => {
      const tenant = await claimTenant(session, target, context);
      const mine = personalLogins(tenant).filter(
        ({ personal }) => personal.loginId === loginId,
      );
      await removePersonalLogins(session, mine);
    },
    context,
  );
}

/**
 * Cuts personal logins off, and then removes them.
 * @internal
 */
export async function removePersonalLogins(
  session: Session,
  logins: Array<{ username: string; exists: boolean }>,
): Promise<void> {
  await cutOff(
    session,
    logins.filter(({ exists }) => exists).map(({ username }) => username),
  );
  for (const { username } of logins) {
    await session.query(`DROP USER IF EXISTS ${quoteLogin(username)}`);
    await session.query(`DROP EVENT IF EXISTS slipway.${eventName(username)}`);
    // Last: until then it can be proved to be ours.
    await session.query('DELETE FROM slipway.logins WHERE username = ?', [
      username,
    ]);
  }
}

/** As long as the application's may take. */
function statementSeconds({ names, logins }: Tenant): number {
  const application = Object.values(names.logins).map(
    name => logins.get(name)?.statementTimeoutSeconds ?? 0,
  );
  return Math.max(...application);
}

/** Whether the server is going to end the login. */
async function hasEvent(session: Session, username: string): Promise<boolean> {
  const rows = await session.query(
    `SELECT 1 FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'slipway' AND EVENT_NAME = ? AND STATUS = 'ENABLED'`,
    [`end ${username}`],
  );
  return rows.length > 0;
}

function eventName(username: string): string {
  // Also throws for a name that was not made here.
  quoteLogin(username);
  return `\`end ${username}\``;
}
