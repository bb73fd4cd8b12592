import {
  DatabaseSpec,
  DatabaseTarget,
  ObservedDatabase,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { PostgresProviderConfig } from '../config';
import { Session } from '../PostgresServer';
import { readTenant, Tenant } from '../tenant';
import { OperationContext } from './context';
import { findDrift } from './findDrift';
import { listWithoutDefaults } from './giveRights';
import { listPersonalRoles } from './personalRoles';
import { steps } from './steps';

/** @internal */
export async function observeDatabase(
  { server, config }: OperationContext,
  target: DatabaseTarget,
  options: ReadContext & { spec?: DatabaseSpec } = {},
): Promise<ObservedDatabase> {
  return server.read(async session => {
    const tenant = await readTenant(session, target);
    const nothing = {
      doneSteps: [],
      suspended: false,
      logins: [],
      personalLogins: [],
      drift: [],
    };
    if (tenant.foreign) {
      return { status: 'foreign', ...nothing };
    }
    if (!tenant.marker) {
      return { status: 'absent', ...nothing };
    }
    const { names, marker, database } = tenant;
    const schemaDone =
      database?.allowsConnections === true &&
      (await listWithoutDefaults(session, tenant)).length === 0;
    const progress = steps.progress({
      'create-roles': tenant.roles.size === 6,
      'create-database': database?.marked ?? false,
      isolate: Boolean(database?.allowsConnections && !database.isPublic),
      'prepare-schema': schemaDone,
    });
    const usage = database
      ? await readUsage(session, tenant)
      : { sizeBytes: undefined, version: undefined };
    const personal = await listPersonalRoles(session, target.id);
    return {
      ...progress,
      suspended: marker.suspended ?? false,
      fence: BigInt(marker.fence),
      endpoint: toEndpoint(config, names.database),
      ...usage,
      logins: await readLogins(session, tenant),
      personalLogins: personal.map(role => ({
        loginId: role.marker.loginId,
        username: role.name,
        access: role.marker.access,
        expiresAt: role.validUntil,
        sessions: role.sessions,
      })),
      drift: options.spec
        ? await findDrift(session, tenant, options.spec, usage.sizeBytes)
        : [],
    };
  }, options);
}

/** Where applications and people find a database. */
export function toEndpoint(config: PostgresProviderConfig, database: string) {
  const { connection } = config;
  return {
    host: config.publicHost ?? connection.host,
    port: config.publicPort ?? connection.port,
    database,
    tls: Boolean(connection.ssl),
  };
}

async function readUsage(session: Session, { names }: Tenant) {
  const { rows } = await session.query(
    `SELECT pg_database_size(oid)::float8 AS size, current_setting('server_version') AS version
       FROM pg_database WHERE datname = $1`,
    [names.database],
  );
  return {
    sizeBytes: rows[0]?.size as number | undefined,
    version: (rows[0]?.version as string | undefined)?.split(' ')[0],
  };
}

async function readLogins(
  session: Session,
  tenant: Tenant,
): Promise<ObservedDatabase['logins']> {
  const { rows } = await session.query(
    `SELECT usename, count(*)::int AS sessions FROM pg_stat_activity
      WHERE usename = ANY($1) GROUP BY usename`,
    [Object.values(tenant.names.logins)],
  );
  return (['a', 'b'] as const).map(slot => {
    const username = tenant.names.logins[slot];
    return {
      slot,
      username,
      enabled: tenant.roles.get(username)?.canLogin ?? false,
      active: tenant.marker?.active === slot,
      sessions: rows.find(row => row.usename === username)?.sessions ?? 0,
    };
  });
}
