import {
  DatabaseSpec,
  DatabaseTarget,
  ObservedDatabase,
  ReadContext,
} from '@slipway/plugin-databases-node';
import { RedisProviderConfig } from '../config';
import { readCategories } from '../commandRules';
import { ownPattern } from '../identifiers';
import { registry } from '../registry';
import { commandRules } from '../rights';
import { readTenant } from '../tenant';
import { OperationContext } from './context';
import { findDrift } from './findDrift';
import { listSessions } from './sessions';
import { steps } from './steps';

/** @internal */
export async function observeDatabase(
  { server, config }: OperationContext,
  target: DatabaseTarget,
  options: ReadContext & { spec?: DatabaseSpec } = {},
): Promise<ObservedDatabase> {
  return server.use(async session => {
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
    const { names, record, users } = tenant;
    if (!record) {
      return { status: 'absent', ...nothing };
    }
    const sessions = await listSessions(session);
    const countOf = (username: string) => sessions.get(username)?.length ?? 0;
    const measured = await session.call('HGET', registry.usage, target.id);
    const sizeBytes = measured === null ? undefined : Number(measured);
    const workload = Object.values(names.logins);
    return {
      ...steps.progress({
        'create-database': true,
        'create-logins': workload.every(name => users.has(name)),
        'give-rights':
          record.connectionLimit !== undefined &&
          workload.every(name =>
            users.get(name)?.keys.includes(`~${ownPattern(names.database)}`),
          ),
      }),
      suspended: record.suspended,
      fence: record.fence,
      endpoint: toEndpoint(config, names.database),
      version: versionIn(await session.call('INFO', 'server')),
      sizeBytes,
      logins: (['a', 'b'] as const).map(slot => ({
        slot,
        username: names.logins[slot],
        enabled: users.get(names.logins[slot])?.enabled ?? false,
        active: record.active === slot,
        sessions: countOf(names.logins[slot]),
      })),
      personalLogins: [...record.personal]
        .map(([username, login]) => ({
          ...login,
          username,
          sessions: countOf(username),
        }))
        .sort(
          (one, other) => one.expiresAt.getTime() - other.expiresAt.getTime(),
        ),
      drift: options.spec
        ? findDrift(tenant, options.spec, {
            sizeBytes,
            wanted: await commandRules(session, 'application'),
            categories: await readCategories(session),
          })
        : [],
    };
  }, options);
}

/** Where applications and people find a database. */
export function toEndpoint(config: RedisProviderConfig, database: string) {
  const { connection } = config;
  return {
    host: config.publicHost ?? connection.host,
    port: config.publicPort ?? connection.port,
    database,
    tls: Boolean(connection.ssl),
  };
}

/** @internal */
export function versionIn(info: unknown): string | undefined {
  return /^redis_version:(\S+)/m.exec(String(info))?.[1];
}
