/**
 * A process that does one thing to waivers, or sweeps, and dies at a given point. Started by the crash tests. Points are what
 * Postgres keeps and calls to the outside, each with a before and an after.
 */
import { ResponseError } from '@backstage/errors';
import { DurableResources } from '@slipway/operations';
import createKnex, { type Knex } from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres';
import { waiverMachine } from '../machine';
import { Access } from '../services/Access';
import { createNotifier } from '../services/notifyOwners';
import { SetsService } from '../services/SetsService';
import { WaiversService } from '../services/waivers/WaiversService';
import { WaiversWatch } from '../services/WaiversWatch';
import { sweepAndTell } from '../sweep/sweepAndTell';
import { SweepService } from '../sweep/SweepService';

const { CONNECTION, OUTSIDE, WHAT, WAIVER, REQUEST, KILL_AT } =
  process.env as Record<string, string>;

let armed = false;
let points = 0;
function point(label: string) {
  if (!armed) return;
  points += 1;
  process.stdout.write(`point ${points} ${label}\n`);
  if (points === Number(KILL_AT)) {
    process.kill(process.pid, 'SIGKILL');
  }
}

const inTransaction = new WeakSet<object>();

/** Counts what is kept: the commit of a transaction, and each change outside of one. */
class CountingClient extends PostgresClient {
  async _query(connection: object, obj: object & { sql?: string }) {
    const sql = obj.sql ?? '';
    const word = /^\s*(\w+)/.exec(sql)?.[1].toUpperCase() ?? '';
    if (word === 'BEGIN') inTransaction.add(connection);
    const isKept =
      word === 'COMMIT' ||
      (/^(INSERT|UPDATE|DELETE)$/.test(word) && !inTransaction.has(connection));
    if (isKept) point(`before ${word}`);
    const answer = await super._query(connection, obj);
    if (/^(COMMIT|ROLLBACK)$/.test(word)) inTransaction.delete(connection);
    if (isKept) point(`after ${word}`);
    return answer;
  }
}

/** What is outside lives in the test's process, and stays when this one dies. */
async function outside<T>(path: string, body: object): Promise<T> {
  point(`before ${path}`);
  const response = await fetch(`${OUTSIDE}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw await ResponseError.fromResponse(response);
  const answer = (await response.json()) as { value?: T };
  point(`after ${path}`);
  return answer.value as T;
}

const logger = {
  error: (message: string) => void process.stderr.write(`${message}\n`),
  warn: (message: string, meta?: object) =>
    void process.stderr.write(`${message} ${meta ?? ''}\n`),
  info: () => undefined,
  debug: () => undefined,
  child: () => logger,
};

async function main() {
  const knex = createKnex({
    client: CountingClient as unknown as typeof Knex.Client,
    connection: CONNECTION,
    pool: { min: 0, max: 6 },
  });
  const resources = await DurableResources.create({
    knex,
    machines: [waiverMachine],
    skipMigrations: true,
  });
  const administrators = ['group:default/platform-team'];
  const config = {
    administrators,
    approvers: administrators[0],
    longestWaiverMs: 90 * 86_400_000,
  };
  const notifications = {
    send: (sent: object) => outside<void>('notifications/send', sent),
  };
  const sets = SetsService.create({ knex, logger, config });
  // Sam asks and ends; who may do it is for other tests.
  const credentials = {
    $$type: '@backstage/BackstageCredentials',
    principal: { type: 'user', userEntityRef: 'user:default/sam' },
  } as never;
  const auth = {
    isPrincipal: () => true,
    getOwnServiceCredentials: async () => credentials,
  };
  const allow = async (asked: readonly object[]) =>
    asked.map(() => ({ result: 'ALLOW' }));
  const catalog = {
    getEntityByRef: async () => ({
      relations: [{ type: 'memberOf', targetRef: 'group:default/team-orders' }],
    }),
  };
  const shared = { auth, catalog, config, knex, logger, resources, sets };
  const approvals = {
    request: (request: object) => outside('approvals/request', request),
    get: (subject: object, digest: string) =>
      outside('approvals/get', { subject, digest }),
    withdraw: (subject: object, digest: string, options: object) =>
      outside('approvals/withdraw', { subject, digest, ...options }),
  };
  const watch = WaiversWatch.create({ ...shared, approvals } as never);
  const waivers = WaiversService.create({
    ...shared,
    access: Access.create({
      auth,
      catalog,
      permissions: { authorize: allow, authorizeConditional: allow },
    } as never),
    watch,
  } as never);
  const notify = createNotifier({ notifications, logger, resources } as never);

  // All of them are in the catalog.
  const owners = { unknown: async () => new Set<string>() };

  const what: Record<string, () => Promise<unknown>> = {
    request: () =>
      waivers.request(JSON.parse(REQUEST), {
        idempotencyKey: WAIVER,
        credentials,
      }),
    look: () => watch.look(),
    withdraw: () => waivers.withdraw(WAIVER, 'Not needed.', credentials),
    async end() {
      await waivers.end(WAIVER, 'Mended.', credentials);
      await notify();
    },
    async expire() {
      await watch.expire();
      await notify();
    },
    async sweep() {
      const sweeper = SweepService.create({
        knex,
        logger,
        metrics: { evaluated: () => undefined, swept: () => undefined },
        owners,
        sets,
        sources: [
          {
            id: 'outside',
            list: ({ cursor }) => outside('things/list', { cursor }),
            get: async () => undefined,
          },
        ],
        sweepEveryMs: 3_600_000,
        onChanged: () => undefined,
      });
      await sweepAndTell(
        {
          knex,
          logger,
          notifications,
          owners,
          platform: administrators,
          sweeper,
        },
        new AbortController().signal,
      );
    },
  };
  armed = true;
  await what[WHAT]();
  armed = false;
  await knex.destroy();
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
