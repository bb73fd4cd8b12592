import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { mockServices } from '@backstage/backend-test-utils';
import type {
  DatabaseIncident,
  DatabaseTarget,
} from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import { PostgresDatabaseProvider } from '../PostgresDatabaseProvider';
import { tenantNames } from '../identifiers';
import { freshContexts, provisionTenant } from './provisionTenant';
import { PostgresHarness, startHarness } from './startHarness';

/** Places in the table of locks of the server. */
export const PLACES = 64 * 60;

/** A small server with some tenants, for the tests of a file; what a test has opened is closed after it. */
export function useWatchedServer() {
  let harness: PostgresHarness;
  let hostile: DatabaseTarget;
  let neighbour: DatabaseTarget;
  let accomplices: DatabaseTarget[];
  let stop: AbortController;
  let watching: Promise<unknown>[];
  let providers: PostgresDatabaseProvider[];
  let incidents: DatabaseIncident[];
  const clients: Client[] = [];
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  const login = async (
    target: DatabaseTarget,
    user = tenantNames(target.externalName).logins.a,
  ) => {
    const { database } = tenantNames(target.externalName);
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user,
      password,
      database,
    });
    client.on('error', () => {
      // Ended by the platform.
    });
    await client.connect();
    clients.push(client);
    return client;
  };

  /** A portal's replica begins to watch. */
  const watch = (
    locks: Partial<{ perDatabase: number; suspendAfter: number }> = {},
  ) => {
    const provider = PostgresDatabaseProvider.create({
      ...harness.config,
      locks: { suspendAfter: 3, ...locks },
    });
    providers.push(provider);
    watching.push(
      provider.watch({
        signal: stop.signal,
        logger: mockServices.logger.mock(),
        report: async incident => {
          incidents.push(incident);
        },
      }),
    );
  };
  const isWatched = async () => {
    for (;;) {
      const { rows } = await harness.admin.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid IN
           (SELECT pid FROM pg_stat_activity WHERE usename = 'provisioner' AND datname = 'postgres')`,
      );
      if (rows.length) return;
      await sleep(50);
    }
  };
  const locksOf = async (target: DatabaseTarget) =>
    (
      await harness.admin.query(
        `SELECT count(*)::int AS n FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = $1 AND NOT fastpath`,
        [target.externalName],
      )
    ).rows[0].n;
  const take = (client: Client, count: number) =>
    client.query(
      `SELECT pg_advisory_lock(g) FROM generate_series(1, $1::int) g`,
      [count],
    );
  /** What a neighbour does all day, and what the platform does for them: both need places in the table. */
  const work = async (client: Client) => {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(4711)');
    await client.query('COMMIT');
    const newcomer = await login(neighbour);
    await newcomer.query('SELECT 1');
    await newcomer.end();
  };
  /** How long until a neighbour works again. */
  const untilItWorks = async (client: Client) => {
    const started = Date.now();
    for (;;) {
      try {
        await work(client);
        return Date.now() - started;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {});
        if (Date.now() - started > 30_000) throw error;
        await sleep(20);
      }
    }
  };

  beforeAll(async () => {
    harness = await startHarness({
      max_locks_per_transaction: '64',
      max_connections: '60',
      reserved_connections: '6',
    });
    const provision = async (name: string) =>
      (await provisionTenant(harness, { name, password, context })).target;
    hostile = await provision('hostile');
    neighbour = await provision('neighbour');
    accomplices = [
      await provision('accomplice-1'),
      await provision('accomplice-2'),
    ];
  });
  afterAll(() => harness?.stop());
  beforeEach(() => {
    stop = new AbortController();
    watching = [];
    providers = [];
    incidents = [];
  });
  afterEach(async () => {
    stop.abort();
    await Promise.all(watching);
    await Promise.allSettled(providers.map(each => each.close()));
    await Promise.all(clients.splice(0).map(each => each.end()));
  });

  /**
   * Takes locks until it is refused. Locks of a session outlive the statement that failed, so that the table stays full.
   * @returns how long it took
   */
  const fill = async (client: Client) => {
    const started = Date.now();
    await expect(take(client, 1_000_000)).rejects.toThrow();
    return Date.now() - started;
  };

  return {
    get harness() {
      return harness;
    },
    get hostile() {
      return hostile;
    },
    get neighbour() {
      return neighbour;
    },
    get accomplices() {
      return accomplices;
    },
    get providers() {
      return providers;
    },
    get incidents() {
      return incidents;
    },
    password,
    context,
    login,
    watch,
    isWatched,
    locksOf,
    take,
    untilItWorks,
    fill,
  };
}
