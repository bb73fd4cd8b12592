import { DatabaseSpec, ObservedDrift } from '@slipway/plugin-databases-node';
import { Session } from '../PostgresServer';
import { Tenant } from '../tenant';
import { listWithoutDefaults } from './giveRights';

const GIB = 2 ** 30;

/**
 * What is not as the spec says. What is not for its owner is mended by running the steps again.
 * @internal
 */
export async function findDrift(
  session: Session,
  tenant: Tenant,
  spec: DatabaseSpec,
  sizeBytes: number | undefined,
): Promise<ObservedDrift[]> {
  const { names, database, marker } = tenant;
  if (!database) {
    // One that was never handed over is only not made yet.
    if (!marker?.active) return [];
    return [
      {
        isForOwner: true,
        what: 'database',
        wanted: names.database,
        found: 'none: somebody has dropped it',
      },
    ];
  }
  const drift: ObservedDrift[] = [];
  const { connectionLimit, statementTimeoutSeconds, storageGiB } = spec.limits;
  if (database.connectionLimit !== connectionLimit) {
    drift.push({
      what: 'connection-limit',
      wanted: `${connectionLimit}`,
      found:
        database.connectionLimit < 0 ? 'none' : `${database.connectionLimit}`,
    });
  }
  if (database.isPublic) {
    drift.push({
      what: 'public-access',
      wanted: 'none',
      found: 'everybody on the server may connect',
    });
  }
  for (const role of await listWithoutDefaults(session, tenant)) {
    drift.push({
      what: 'default-privileges',
      wanted: 'rights of people’s logins on new schemas, tables and sequences',
      found: `none, or not all, for ${role}`,
    });
  }

  const { rows } = await session.query(
    `SELECT r.rolname AS role, s.config FROM (
         SELECT setdatabase, setrole, unnest(setconfig) AS config FROM pg_db_role_setting
       ) s
       LEFT JOIN pg_roles r ON r.oid = s.setrole
       LEFT JOIN pg_database d ON d.oid = s.setdatabase
      WHERE s.config LIKE 'statement_timeout=%'
        AND ((s.setrole = 0 AND d.datname = $1)
          OR (r.rolname = ANY($2) AND (s.setdatabase = 0 OR d.datname = $1)))
      ORDER BY r.rolname NULLS FIRST`,
    // Nobody logs in as another role, and what a login sets for another database has no effect here.
    [names.database, Object.values(names.logins)],
  );
  const wanted = `${statementTimeoutSeconds}s`;
  const own = rows.find(row => row.role === null);
  if (own?.config !== `statement_timeout=${wanted}`) {
    drift.push({
      what: 'statement-timeout',
      wanted,
      found: own ? own.config.split('=')[1] : 'none',
    });
  }
  for (const row of rows.filter(({ role }) => role !== null)) {
    drift.push({
      what: 'statement-timeout',
      wanted,
      found: `${row.config.split('=')[1]} for ${row.role}`,
    });
  }
  if (sizeBytes !== undefined && sizeBytes > storageGiB * GIB) {
    drift.push({
      what: 'storage',
      wanted: `at most ${storageGiB} GiB`,
      found: `${(sizeBytes / GIB).toFixed(1)} GiB`,
      isForOwner: true,
    });
  }
  return drift;
}
