import { randomBytes } from 'node:crypto';
import {
  DatabaseTarget,
  ReadContext,
  TerminalError,
  Verification,
  VerificationCheck,
  WorkloadSlot,
} from '@slipway/plugin-databases-node';
import { NEIGHBOUR_DATABASE } from '../bootstrapServer';
import { tenantNames } from '../identifiers';
import { Session } from '../MariaDbServer';
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
    { ...credentials, database: names.database },
    session => checkInside(session, names.database),
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
      const neighbour = await tryLogin(server, { ...credentials, database });
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
  const fixed = [NEIGHBOUR_DATABASE, 'mysql', 'slipway'];
  const rows = await session.query(
    `(SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME IN (?))
     UNION ALL
     (SELECT external_name FROM slipway.tenants WHERE external_name <> ?
       ORDER BY RAND() LIMIT ${NEIGHBOURS})`,
    [fixed, own],
  );
  return rows.map(row => row.name);
}

async function checkInside(
  session: Session,
  own: string,
): Promise<VerificationCheck[]> {
  const probe = `\`slipway_probe_${randomBytes(6).toString('hex')}\``;
  let code: string | undefined;
  let read: unknown;
  try {
    await session.query(`CREATE TABLE ${probe} (value varchar(10))`);
    try {
      await session.query(`INSERT INTO ${probe} VALUES ('afloat')`);
      [{ value: read }] = await session.query(`SELECT value FROM ${probe}`);
    } finally {
      await session.query(`DROP TABLE ${probe}`);
    }
  } catch (error) {
    code = (error as { code?: string }).code ?? 'unknown';
  }
  const grants = (await session.query('SHOW GRANTS'))
    .map(row => String(Object.values(row)[0]))
    .filter(
      grant =>
        !grant.startsWith('GRANT USAGE ON *.* TO ') &&
        !grant.includes(` ON \`${own.replace(/_/g, '\\_')}\`.* TO `),
    );
  return [
    {
      id: 'table',
      title: 'Creating, filling and reading a table works',
      passed: read === 'afloat' && code === undefined,
      detail: code,
    },
    {
      id: 'no-powers',
      title: 'The login has no rights beyond its own database',
      passed: grants.length === 0,
      // Without whom and how: a grant shows the hash of a password.
      detail:
        grants.map(grant => grant.replace(/ TO .*/s, '')).join('; ') ||
        undefined,
    },
  ];
}
