import {
  DatabaseSpec,
  DatabaseTarget,
  ObservedDatabase,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { MariaDbProviderConfig } from '../config';
import { personalLogins, readTenant, Tenant } from '../tenant';
import { OperationContext } from './context';
import { findDrift } from './findDrift';
import { readUsage } from './readUsage';
import { countSessions } from './sessions';
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
    const { names, record } = tenant;
    if (!record) {
      return { status: 'absent', ...nothing };
    }
    const workload = Object.values(names.logins);
    const withRights = await session.query(
      `SELECT User FROM mysql.db WHERE Host = '%' AND Db = ? AND User IN (?) AND Select_priv = 'Y' AND Create_priv = 'Y'`,
      [names.database.replace(/_/g, '\\_'), workload],
    );
    const progress = steps.progress({
      'create-database': tenant.hasDatabase,
      'create-logins': workload.every(name => tenant.logins.get(name)?.exists),
      'give-rights':
        withRights.length === 2 &&
        workload.every(name => tenant.logins.get(name)?.connectionLimit),
    });
    const people = personalLogins(tenant);
    const sessions = await countSessions(session, [
      ...workload,
      ...people.map(({ username }) => username),
    ]);
    const usage = await readUsage(session, names.database);
    return {
      ...progress,
      suspended: record.suspended,
      fence: record.fence,
      endpoint: toEndpoint(config, names.database),
      ...usage,
      logins: toWorkloadLogins(tenant, sessions),
      personalLogins: people.map(({ username, personal }) => ({
        ...personal,
        username,
        sessions: sessions.get(username) ?? 0,
      })),
      drift: options.spec
        ? await findDrift(session, tenant, {
            spec: options.spec,
            sizeBytes: usage.sizeBytes,
            usesTls: Boolean(config.connection.ssl),
          })
        : [],
    };
  }, options);
}

/** Where applications and people find a database. */
export function toEndpoint(config: MariaDbProviderConfig, database: string) {
  const { connection } = config;
  return {
    host: config.publicHost ?? connection.host,
    port: config.publicPort ?? connection.port,
    database,
    tls: Boolean(connection.ssl),
  };
}

function toWorkloadLogins(
  { names, record, logins }: Tenant,
  sessions: Map<string, number>,
): ObservedDatabase['logins'] {
  return (['a', 'b'] as const).map(slot => {
    const username = names.logins[slot];
    const login = logins.get(username);
    return {
      slot,
      username,
      enabled: Boolean(login?.exists && !login.isLocked),
      active: record?.active === slot,
      sessions: sessions.get(username) ?? 0,
    };
  });
}
