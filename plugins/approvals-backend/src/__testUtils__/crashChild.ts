/**
 * A process that votes, or tells and hands on what was decided, and dies at a given point. Started by the crash tests. Points are
 * what Postgres keeps and calls to the outside, each with a before and an after.
 */
import { DurableResources } from '@slipway/operations';
import createKnex, { type Knex } from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres';
import { approvalMachine } from '../machine';
import { Access } from '../services/Access';
import { ApprovalsService } from '../services/ApprovalsService';
import { DecisionsService } from '../services/DecisionsService';
import { createNotifier } from '../services/notifyPeople';
import { People } from '../services/People';
import { RequestsService } from '../services/RequestsService';

const { CONNECTION, OUTSIDE, WHAT, APPROVAL, KILL_AT } = process.env as Record<
  string,
  string
>;

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
async function outside(path: string, body: object): Promise<void> {
  point(`before ${path}`);
  const response = await fetch(`${OUTSIDE}/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  point(`after ${path}`);
}

const logger = {
  error: (message: string) => void process.stderr.write(`${message}\n`),
  warn: (message: string, meta?: object) =>
    void process.stderr.write(`${message} ${meta ?? ''}\n`),
  info: () => undefined,
  debug: () => undefined,
  child: () => logger,
};

const PLATFORM = 'group:default/platform-team';

/** Nora and Omar decide. */
const catalog = {
  getEntitiesByRefs: async ({ entityRefs }: { entityRefs: string[] }) => ({
    items: entityRefs.map(entity),
  }),
  queryEntities: async () => ({
    items: ['user:default/nora', 'user:default/omar'].map(entity),
    pageInfo: {},
  }),
};
function entity(ref: string) {
  const [kind, rest] = ref.split(':');
  const isDecider = /nora|omar/.test(rest);
  return {
    kind,
    metadata: { namespace: 'default', name: rest.split('/')[1] },
    relations: isDecider ? [{ type: 'memberOf', targetRef: PLATFORM }] : [],
  };
}

async function main() {
  const knex = createKnex({
    client: CountingClient as unknown as typeof Knex.Client,
    connection: CONNECTION,
    pool: { min: 0, max: 6 },
  });
  const resources = await DurableResources.create({
    knex,
    machines: [approvalMachine],
    skipMigrations: true,
  });
  // Nora votes; who may do it is for other tests.
  const credentials = {
    $$type: '@backstage/BackstageCredentials',
    principal: { type: 'user', userEntityRef: 'user:default/nora' },
  } as never;
  const auth = {
    isPrincipal: (_: unknown, type: string) => type === 'user',
    getOwnServiceCredentials: async () => credentials,
  };
  const allow = async (asked: readonly object[]) =>
    asked.map(() => ({ result: 'ALLOW' }));
  const people = People.create({ auth, catalog } as never);
  const access = Access.create({
    knex,
    resources,
    people,
    permissions: { authorize: allow, authorizeConditional: allow },
  } as never);
  const shared = {
    access,
    auth,
    catalog,
    knex,
    logger,
    people,
    resources,
    config: { expiresAfterHours: 10, remindAfterHours: [], answerLinks: false },
    events: { publish: async () => undefined },
    notifications: {
      send: (sent: object) => outside('notifications', sent),
    },
  } as never;
  const approvals = ApprovalsService.create(shared);
  const decisions = DecisionsService.create(
    Object.assign({}, shared, { approvals }),
  );
  const requests = RequestsService.create(shared);
  const notify = createNotifier(shared);

  const what: Record<string, () => Promise<unknown>> = {
    /** As a person does it, and what follows at once in the same process. */
    async vote() {
      await decisions.vote(
        APPROVAL,
        { answer: 'approve', reason: undefined, onBehalfOf: undefined },
        credentials,
      );
      await notify();
      await takeOver();
    },
    /** What others do when the process that took the vote is gone: nobody votes again. */
    async follow() {
      await notify();
      await takeOver();
    },
  };
  /** As a plugin that asked does: it begins what was approved, and only then acknowledges. */
  async function takeOver() {
    const caller = 'plugin:databases';
    for (;;) {
      const page = await requests.outcomes('orders', 10, caller);
      if (page.position === undefined) return;
      for (const outcome of page.items) await outside('outcomes', outcome);
      await requests.acknowledge('orders', page.position, caller);
    }
  }
  armed = true;
  await what[WHAT]();
  armed = false;
  await knex.destroy();
}

main().catch(error => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
