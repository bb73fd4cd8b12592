/**
 * A process that carries out a change of size and dies at a given point. Started by the crash tests. Points are the questions to
 * approvals, the commits of what goes on with the answers, and the statements that change the tenants' server for good, each with a before
 * and an after.
 */
import { DurableOperations, type OperationHint } from '@slipway/operations';
import type {
  Approval,
  ApprovalRequestInput,
} from '@slipway/plugin-approvals-common';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import { PostgresDatabaseProvider } from '@slipway/plugin-databases-backend-module-postgres';
import createKnex from 'knex';
import { Client } from 'pg';
import type { DatabasesConfig } from '../config';
import { createDatabasesMachine } from '../operations/createDatabasesMachine';
import { KeyRing } from '../secrets/KeyRing';
import { SealedSecretStore } from '../secrets/SealedSecretStore';
import { PendingChangesWatch } from '../services/PendingChangesWatch';
import { Providers } from '../services/Providers';
import { silentLogger } from './silentLogger';

const { CONNECTION, PORT, PASSWORD, DATABASE, KILL_AT, APPROVALS } =
  process.env as Record<string, string>;

let armed = false;
/** Whether what waits is looked at; the worker's own commits are tried where workers are. */
let isLooking = false;
let points = 0;
function point(label: string) {
  points += 1;
  process.stdout.write(`point ${points} ${label}\n`);
  if (points === Number(KILL_AT)) {
    process.kill(process.pid, 'SIGKILL');
  }
}

const LASTING = /^\s*(COMMIT|CREATE DATABASE|DROP DATABASE|ALTER DATABASE)/;
type Query = (...args: unknown[]) => unknown;
const query = Client.prototype.query as unknown as Query;

/** Counts what lasts. Knex asks in callbacks, the provider in promises. */
function count() {
  Object.assign(Client.prototype, {
    query(this: Client, ...args: unknown[]) {
      const [first, ...rest] = args as [unknown, ...unknown[]];
      const text =
        typeof first === 'string'
          ? first
          : String((first as { text?: string })?.text ?? '');
      const isOutside = this.port === Number(PORT);
      if (!armed || !(isOutside || isLooking) || !LASTING.test(text))
        return query.apply(this, args);
      const label = `${isOutside ? 'outside' : 'inside'} ${text.trim().split(/\s+/).slice(0, 2).join(' ')}`;
      point(`before ${label}`);
      const callback = rest.at(-1);
      if (typeof callback === 'function') {
        return query.call(
          this,
          first,
          ...rest.slice(0, -1),
          (...answer: unknown[]) => {
            point(`after ${label}`);
            callback(...answer);
          },
        );
      }
      return (query.apply(this, args) as Promise<unknown>).then(answer => {
        point(`after ${label}`);
        return answer;
      });
    },
  });
}

/** Approvals over HTTP, as they are asked in the portal. */
function approvalsAt(url: string): ApprovalsService {
  const ask = async (path: string, body: unknown): Promise<Approval> => {
    point(`before ${path}`);
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    point(`after ${path}`);
    return answer;
  };
  return {
    request: (
      request: Omit<ApprovalRequestInput, 'requester'>,
      { idempotencyKey }: { idempotencyKey: string },
    ) => ask('/request', { ...request, idempotencyKey }),
    get: (subject: object) => ask('/get', { subject }),
    withdraw: (subject: object) => ask('/withdraw', { subject }),
  } as unknown as ApprovalsService;
}

async function main() {
  const knex = createKnex({ client: 'pg', connection: CONNECTION });
  count();
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
  const approvals = approvalsAt(APPROVALS);
  const policies = {
    enforce: async () => ({ allowed: true, findings: [], digest: '' }),
  } as unknown as PoliciesService;
  const asking = {
    protectionOf: () => ({}),
    groupsOf: async () => ['group:default/team'],
  };
  const secrets = SealedSecretStore.create({
    knex,
    keys: KeyRing.create([{ id: 'k', key: Buffer.alloc(32, 7) }]),
  });
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'databases',
    logger: silentLogger,
    machines: [
      createDatabasesMachine({
        knex,
        providers,
        secrets,
        approvals,
        policies,
        ...asking,
      }),
    ],
    onHint: (_: OperationHint) => undefined,
    leaseMs: 6_000,
    sweepMs: 300,
  });
  const watch = PendingChangesWatch.create({
    knex,
    operations,
    approvals,
    policies,
    providers,
    config: { quotas: [] } as unknown as DatabasesConfig,
    logger: silentLogger,
    ...asking,
  });
  await operations.start();
  armed = true;
  // Once more when nothing waits: another process may have died before it told approvals so.
  for (let isToLook = true; ;) {
    if (isToLook) {
      isLooking = true;
      await watch.look({ databaseId: DATABASE });
      isLooking = false;
    }
    const waits = await knex('database_pending_changes')
      .where({ database_id: DATABASE })
      .whereNull('ended_at')
      .first('id');
    const last = (await operations.latestOperations([DATABASE])).get(DATABASE);
    if (!waits && last?.finishedAt) break;
    isToLook = Boolean(waits);
    await new Promise(resolve => setTimeout(resolve, 25));
  }
  armed = false;
  await operations.stop();
  await provider.close();
  await knex.destroy();
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
