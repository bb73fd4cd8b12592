import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type {
  DatabaseDump,
  DatabaseTarget,
} from '@slipway/plugin-databases-node';
import { Client } from 'pg';
import { tenantNames } from '../identifiers';
import type { PostgresDatabaseProvider } from '../PostgresDatabaseProvider';
import { freshContexts, provisionTenant } from './provisionTenant';
import { PostgresHarness, startHarness } from './startHarness';

/** A server for the tests of a file, with databases as tenants order them, and their backups. */
export function useTenants(settings: Record<string, string> = {}) {
  let harness: PostgresHarness;
  const clients: Client[] = [];
  const password = randomBytes(12).toString('hex');
  const context = freshContexts();

  beforeAll(async () => {
    harness = await startHarness(settings);
  }, 60_000);
  afterAll(() => harness?.stop(), 60_000);
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map(client => client.end()));
  });

  /** A session on a database, as its application unless another login is given. */
  const login = async (
    target: DatabaseTarget,
    other: { user?: string; password?: string } = {},
  ) => {
    const { database, logins } = tenantNames(target.externalName);
    const client = new Client({
      host: '127.0.0.1',
      port: harness.postgres.port,
      user: logins.a,
      password,
      database,
      ...other,
    });
    client.on('error', () => {
      // Ended by the server.
    });
    await client.connect();
    clients.push(client);
    return client;
  };

  /** A session that may do everything; it ends with the server. */
  const asAdmin = (target: DatabaseTarget) =>
    harness.postgres.admin(target.externalName);

  const backUp = async (
    target: DatabaseTarget,
    provider: PostgresDatabaseProvider = harness.provider,
  ): Promise<DatabaseDump & { bytes: Buffer }> => {
    const sink = new PassThrough();
    const [dump, bytes] = await Promise.all([
      provider.backup!(target, sink, context()),
      // Where it fails, the first says why.
      buffer(sink).catch(() => Buffer.alloc(0)),
    ]);
    return { ...dump, bytes };
  };

  const restore = (
    target: DatabaseTarget,
    { format, bytes }: { format: string; bytes: Buffer },
    provider: PostgresDatabaseProvider = harness.provider,
  ) =>
    provider.restore!(
      target,
      { format, content: Readable.from([bytes]) },
      context(),
    );

  return {
    get harness() {
      return harness;
    },
    password,
    context,
    provision: async (name: string) =>
      (await provisionTenant(harness, { name, password, context })).target,
    login,
    asAdmin,
    backUp,
    restore,
  };
}
