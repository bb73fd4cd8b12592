/**
 * A process that makes a database and dies at a given point. Started by the crash tests. Points
 * are the statements that change the tenants' server for good, each with a before and an after.
 */
import type { LoggerService } from '@backstage/backend-plugin-api';
import { DurableOperations } from '@slipway/operations';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import { PostgresDatabaseProvider } from '@slipway/plugin-databases-backend-module-postgres';
import createKnex from 'knex';
import { Client } from 'pg';
import type { BackupStore } from '@slipway/plugin-databases-node';
import { BackupVault } from '../backups/BackupVault';
import { FolderBackupStore } from '../backups/FolderBackupStore';
import { createDatabasesMachine } from '../operations/createDatabasesMachine';
import { KeyRing } from '../secrets/KeyRing';
import { SealedSecretStore } from '../secrets/SealedSecretStore';
import { Providers } from '../services/Providers';

const { CONNECTION, PORT, PASSWORD, OPERATION, KILL_AT, FOLDER } =
  process.env as Record<string, string>;

const silent: LoggerService = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => silent,
};

let points = 0;
function point(label: string) {
  points += 1;
  process.stdout.write(`point ${points} ${label}\n`);
  if (points === Number(KILL_AT)) {
    process.kill(process.pid, 'SIGKILL');
  }
}

const LASTING = /^\s*(COMMIT|CREATE DATABASE|DROP DATABASE|ALTER DATABASE)/;
type Query = (...args: unknown[]) => Promise<unknown>;
const query = Client.prototype.query as unknown as Query;
const counted: Query = async function counted(this: Client, ...args) {
  const text = typeof args[0] === 'string' ? args[0] : '';
  if (this.port !== Number(PORT) || !LASTING.test(text)) {
    return query.apply(this, args);
  }
  const label = text.trim().split(/\s+/).slice(0, 2).join(' ');
  point(`before ${label}`);
  const answer = await query.apply(this, args);
  point(`after ${label}`);
  return answer;
};

/** A folder whose files are points too. */
function countedStore(): BackupStore {
  const store = FolderBackupStore.create({ folder: FOLDER });
  return {
    id: store.id,
    title: store.title,
    async write(...args) {
      point('before keeping a file');
      const answer = await store.write(...args);
      point('after keeping a file');
      return answer;
    },
    read: (...args) => store.read(...args),
    remove: name => store.remove(name),
  };
}

async function main() {
  const knex = createKnex({ client: 'pg', connection: CONNECTION });
  // Only now: Knex talks to the portal's database, and in callbacks.
  Object.assign(Client.prototype, {
    query(this: Client, ...args: unknown[]) {
      return this.port === Number(PORT)
        ? counted.apply(this, args)
        : query.apply(this, args);
    },
  });
  const provider = PostgresDatabaseProvider.create({
    id: 'shared',
    title: 'Shared Postgres',
    environments: ['development'],
    version: '18',
    maxConcurrency: 4,
    locks: { suspendAfter: 3 },
    connection: {
      host: '127.0.0.1',
      port: Number(PORT),
      user: 'provisioner',
      password: PASSWORD,
    },
  });
  const providers = new Providers();
  providers.addProvider(provider);
  // Nothing here waits for approval.
  const approvals = {} as ApprovalsService;
  const policies = {} as PoliciesService;
  const secrets = SealedSecretStore.create({
    knex,
    keys: KeyRing.create([{ id: 'k', key: Buffer.alloc(32, 7) }]),
  });
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'databases',
    logger: silent,
    machines: [
      createDatabasesMachine({
        knex,
        providers,
        secrets,
        approvals,
        policies,
        vault: BackupVault.create({ store: countedStore(), secrets }),
        protectionOf: () => ({}),
        groupsOf: async () => [],
      }),
    ],
    // Long enough that a busy machine does not take work from the living.
    leaseMs: 6_000,
    sweepMs: 300,
  });
  await operations.start();
  for (;;) {
    const { state } = await operations.getOperation(OPERATION);
    if (['succeeded', 'failed', 'uncertain'].includes(state)) break;
    await new Promise(resolve => setTimeout(resolve, 25));
  }
  await operations.stop();
  await provider.close();
  await knex.destroy();
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
