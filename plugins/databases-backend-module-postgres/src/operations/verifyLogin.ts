import { randomBytes } from 'node:crypto';
import {
  DatabaseTarget,
  ReadContext,
  TerminalError,
  Verification,
  VerificationCheck,
  WorkloadSlot,
} from '@slipway/plugin-databases-node';
import type { DatabaseError } from 'pg';
import { NEIGHBOUR_DATABASE } from '../bootstrapServer';
import { quoteName, TenantNames, tenantNames } from '../identifiers';
import { Session } from '../PostgresServer';
import { OperationContext } from './context';
import { tryLogin } from './tryLogin';

const NEIGHBOURS = 3;

/**
 * The isolation probe: logs in as the application would, works as it would, and
 * tries what a tenant must not be able to do. Leaves nothing behind.
 * @internal
 */
export async function verifyLogin(
  { server }: OperationContext,
  target: DatabaseTarget,
  login: { slot: WorkloadSlot; password: string },
  context?: ReadContext,
): Promise<Verification> {
  const names = tenantNames(target.externalName);
  const credentials = {
    user: names.logins[login.slot],
    password: login.password,
  };
  const { outcome, result } = await tryLogin(
    server,
    names.database,
    credentials,
    session => checkInside(session, names),
  );
  const checks: VerificationCheck[] = [
    {
      id: 'login',
      title: 'The application’s login is accepted',
      passed: outcome === 'accepted',
      detail: outcome === 'accepted' ? undefined : outcome,
    },
    ...(result ?? []),
  ];
  if (outcome === 'accepted') {
    const databases = await server.read(
      session => listNeighbours(session, names.database),
      context,
    );
    for (const database of databases) {
      const neighbour = await tryLogin(server, database, credentials);
      checks.push({
        id: 'neighbour-refused',
        title: `Entering "${database}" is refused`,
        // A neighbour that was removed meanwhile proves nothing and harms nobody.
        passed: ['not-allowed', 'no-database'].includes(neighbour.outcome),
        detail: neighbour.outcome,
      });
    }
    if (!databases.includes(NEIGHBOUR_DATABASE)) {
      throw new TerminalError(
        `${server.title} has no database "${NEIGHBOUR_DATABASE}" to try. Prepare the server again with bootstrapServer.`,
      );
    }
  }
  return { passed: checks.every(({ passed }) => passed), checks };
}

async function listNeighbours(
  session: Session,
  own: string,
): Promise<string[]> {
  const { rows } = await session.query(
    `(SELECT datname FROM pg_database
       WHERE datname = ANY($2) AND datallowconn)
     UNION ALL
     (SELECT datname FROM pg_database
       WHERE datallowconn AND datname <> $1 AND datname <> ALL($2)
       ORDER BY random() LIMIT ${NEIGHBOURS})`,
    [own, [NEIGHBOUR_DATABASE, 'postgres', 'template1']],
  );
  return rows.map(row => row.datname);
}

async function checkInside(
  session: Session,
  names: TenantNames,
): Promise<VerificationCheck[]> {
  const database = quoteName(names.database);
  const settings = await attempt(session, async () => {
    await session.query(`ALTER DATABASE ${database} CONNECTION LIMIT -1`);
  });
  const comment = await attempt(session, async () => {
    await session.query(`COMMENT ON DATABASE ${database} IS 'mine'`);
  });
  const { rows: powers } = await session.query(
    `SELECT rolname FROM pg_roles
      WHERE pg_has_role(session_user, oid, 'MEMBER') AND (
        rolname <> ALL($1) OR rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
      )`,
    [[names.owner, ...Object.values(names.logins)]],
  );
  return [
    await checkTable(session, names),
    {
      id: 'database-protected',
      title: 'Changing the database’s limits and marker is refused',
      passed: settings.code === '42501' && comment.code === '42501',
      detail: `limits: ${settings.code}, marker: ${comment.code}`,
    },
    {
      id: 'no-powers',
      title: 'The login has no rights beyond its own database',
      passed: powers.length === 0,
      detail: powers.map(row => row.rolname).join(', ') || undefined,
    },
  ];
}

async function checkTable(
  session: Session,
  names: TenantNames,
): Promise<VerificationCheck> {
  // In a schema of its own: "public" belongs to the tenant, who may have dropped it.
  const probe = `probe_${randomBytes(6).toString('hex')}`;
  const table = `${quoteName(probe)}.${quoteName(probe)}`;
  let tried = '';
  const run = (name: string, rest: string, values?: string[]) => {
    tried = name;
    return session.query(`${name} ${rest}`, values);
  };
  const { value, code, message } = await attempt(session, async () => {
    await run('CREATE SCHEMA', quoteName(probe));
    await run('CREATE TABLE', `${table} (value text)`);
    await run('INSERT', `INTO ${table} VALUES ('afloat')`);
    const { rows } = await run(
      'SELECT',
      `value, (SELECT tableowner FROM pg_tables WHERE tablename = $1) AS owner FROM ${table}`,
      [probe],
    );
    const [{ owner, value: read }] = rows;
    if (owner !== names.owner) {
      return `the table belonged to "${owner}" and not to "${names.owner}"`;
    }
    return read === 'afloat' ? '' : 'what was read is not what was written';
  });
  return {
    id: 'table',
    title: 'Creating, filling and reading a table works',
    passed: value === '',
    detail: (value ?? `${tried}: ${message} (${code})`) || undefined,
  };
}

/** Tries something and undoes it. */
async function attempt<T>(
  session: Session,
  work: () => Promise<T>,
): Promise<{ value?: T; code: string; message?: string }> {
  await session.query('BEGIN');
  try {
    return { value: await work(), code: 'allowed' };
  } catch (error) {
    const { code = 'unknown', message } = error as DatabaseError;
    return { code, message };
  } finally {
    await session.query('ROLLBACK');
  }
}
