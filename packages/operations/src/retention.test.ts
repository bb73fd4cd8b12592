import { TestDatabases, mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { PgBoss } from 'pg-boss';
import { DurableOperations } from './DurableOperations';
import { Machine, defineOperation } from './machine';
import { connectionOf } from './worker/connectionOf';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const running: DurableOperations[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(o => o.stop()));
});

const machine = Machine.create(
  {
    kind: 'boat',
    initial: 'new',
    transitions: { new: ['afloat'], afloat: ['sunk'], sunk: [] },
  },
  ['launch', 'sink'].map(type =>
    defineOperation({
      type,
      title: type,
      from: [type === 'launch' ? 'new' : 'afloat'],
      succeeds: type === 'launch' ? 'afloat' : 'sunk',
      steps: [{ id: type, title: type, run: async () => undefined }],
    }),
  ),
);

async function setup(consumers: string[], knexOfOther?: Knex) {
  const knex = knexOfOther ?? (await databases.init('POSTGRES_18'));
  const logger = mockServices.logger.mock();
  logger.child.mockReturnValue(logger);
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'boats',
    machines: [machine],
    logger,
    consumers,
    // The tests' today is 500 days from now.
    clock: `(clock_timestamp() + interval '500 days')`,
  });
  running.push(operations);
  await operations.start();
  return { knex, operations, logger };
}

async function boat(operations: DurableOperations, knex: Knex, id: string) {
  await knex.transaction(trx =>
    operations.createResource(trx, { id, kind: 'boat', actor: 'x' }),
  );
  await run(operations, knex, id, 'launch');
}

async function run(
  operations: DurableOperations,
  knex: Knex,
  resourceId: string,
  type: string,
) {
  const { id } = await knex.transaction(trx =>
    operations.startOperation(trx, { type, resourceId, input: {}, actor: 'x' }),
  );
  for (let i = 0; i < 500; i += 1) {
    if ((await operations.getOperation(id)).state === 'succeeded') return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error('has not ended');
}

/** Makes what was written so far old, as only a superuser's hand can. */
async function age(knex: Knex) {
  await knex.transaction(async trx => {
    await trx.raw(`SET LOCAL session_replication_role = 'replica'`);
    await trx.raw(
      `UPDATE operations_events SET created_at = created_at - interval '450 days'`,
    );
    await trx.raw(
      `UPDATE operations_resources SET updated_at = updated_at - interval '450 days'`,
    );
  });
}

const count = async (knex: Knex, table: string, where: object = {}) => {
  const [row] = await knex(table).where(where).count({ count: '*' });
  return Number(row.count);
};

/** Everything in the outbox, acknowledged. */
async function read(operations: DurableOperations, consumer: string) {
  for (let i = 0; i < 200; i += 1) {
    const rows = await operations.readUnacknowledged({ consumer });
    const last = rows.at(-1);
    if (!last) return;
    await operations.acknowledge({ consumer, position: last.position });
  }
}

const WEEK = { olderThanDays: 7 };

describe('retention of the outbox', () => {
  it('keeps what one consumer has not acknowledged, also one that has never read', async () => {
    const { knex, operations } = await setup(['slow', 'quick']);
    await boat(operations, knex, 'a');
    await age(knex);
    await read(operations, 'quick');
    const all = await count(knex, 'operations_outbox');
    expect(all).toBeGreaterThan(0);
    expect(await operations.pruneOutbox(WEEK)).toBe(0);
    expect(await operations.listConsumers()).toMatchObject([
      { id: 'quick', behind: 0 },
      { id: 'slow', behind: all },
    ]);
    const [first] = await operations.readUnacknowledged({ consumer: 'slow' });
    await operations.acknowledge({ consumer: 'slow', position: 1 });
    expect(first.position).toBe(1);
    expect(await operations.pruneOutbox(WEEK)).toBe(1);

    await read(operations, 'slow');
    // Young rows stay although everybody has them.
    await boat(operations, knex, 'b');
    await Promise.all(['slow', 'quick'].map(c => read(operations, c)));
    // In several replicas at once.
    const removed = await Promise.all(
      Array.from({ length: 3 }, () => operations.pruneOutbox(WEEK)),
    );
    expect(removed.reduce((a, b) => a + b)).toBe(all - 1);
    expect(await count(knex, 'operations_outbox')).toBe(all);
    expect(await count(knex, 'operations_events')).toBe(2 * all);
  });

  it('removes nothing while there is no consumer', async () => {
    const { knex, operations } = await setup([]);
    await boat(operations, knex, 'a');
    await age(knex);
    expect(await operations.pruneOutbox(WEEK)).toBe(0);
    expect(await count(knex, 'operations_outbox')).toBeGreaterThan(0);
  });

  it('tells whoever comes later what they have missed', async () => {
    const { knex, operations, logger } = await setup(['first']);
    await boat(operations, knex, 'a');
    await age(knex);
    await read(operations, 'first');
    const gone = await operations.pruneOutbox(WEEK);
    await boat(operations, knex, 'b');
    await expect(
      operations.readOutbox({ after: gone - 1, limit: 10 }),
    ).rejects.toThrow(/Rows of the outbox up to position \d+ are gone/);
    const [row] = await operations.readUnacknowledged({ consumer: 'late' });
    expect(row.position).toBe(gone + 1);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringMatching(/'late' begins after position/),
    );
  });

  it('never skips what is removed while somebody reads', async () => {
    const { knex, operations } = await setup(['first']);
    await boat(operations, knex, 'a');
    const all = await operations.readOutbox({ after: 0, limit: 500 });
    const gone = all[1].position;

    // The reader has looked how much is gone, and waits for the rows.
    const removal = await knex.transaction();
    await removal.raw('LOCK TABLE operations_events IN ACCESS EXCLUSIVE MODE');
    const reading = operations.readOutbox({ after: 0, limit: 500 }).then(
      rows => rows.map(({ position }) => position),
      error => error.name,
    );
    for (let waiting = 0; !waiting;) {
      const { rows } = await knex.raw(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
           AND wait_event_type = 'Lock' AND query LIKE '%operations_outbox%'`,
      );
      waiting = rows.length;
    }
    await removal('operations_outbox').where('position', '<=', gone).delete();
    await removal('operations_outbox_head').update({ pruned_to: gone });
    await removal.commit();

    expect(await reading).toEqual(all.map(({ position }) => position));
    await expect(
      operations.readOutbox({ after: 0, limit: 500 }),
    ).rejects.toThrow(/are gone/);
  });
});

describe('retention of timelines', () => {
  const YEAR = { olderThanDays: 400 };

  it('removes those of what ended long ago and was acknowledged, and no other', async () => {
    const { knex, operations } = await setup(['reader']);
    for (const id of ['live', 'sunk']) await boat(operations, knex, id);
    await run(operations, knex, 'sunk', 'sink');
    await age(knex);
    await boat(operations, knex, 'young');
    await run(operations, knex, 'young', 'sink');

    // The outbox still has it.
    expect(await operations.pruneResources(YEAR)).toBe(0);
    await read(operations, 'reader');
    await operations.pruneOutbox(WEEK);
    const before = await count(knex, 'operations_events');
    const sunk = await count(knex, 'operations_events', {
      resource_id: 'sunk',
    });
    const removed = await Promise.all([
      operations.pruneResources(YEAR),
      operations.pruneResources(YEAR),
    ]);
    expect(removed[0] + removed[1]).toBe(1);
    expect(await count(knex, 'operations_events')).toBe(before - sunk);
    expect(await count(knex, 'operations_operations')).toBe(3);
    expect(await count(knex, 'operations_steps')).toBe(3);
    expect(await operations.listEvents({ resourceId: 'sunk' })).toEqual([]);
    expect((await operations.getResource('sunk')).state).toBe('sunk');
    expect(await operations.pruneResources(YEAR)).toBe(0);

    // Everything else is as append-only as ever.
    await expect(knex('operations_events').delete()).rejects.toThrow(
      'append-only',
    );
    await expect(
      knex.transaction(async trx => {
        await trx.raw(
          `SELECT set_config('operations.retention', 'sunk', true)`,
        );
        await trx('operations_operations').delete();
      }),
    ).rejects.toThrow('an operation that has ended never changes');
  });
});

it('lets the queue remove jobs that ended an hour ago, and any after a day', async () => {
  const { knex, operations } = await setup([]);
  await boat(operations, knex, 'a');
  await operations.stop();
  running.length = 0;
  const jobs = () => count(knex, 'boats_jobs.job', { name: 'operations' });
  expect(await jobs()).toBeGreaterThan(0);
  await knex('boats_jobs.job').update({
    state: 'completed',
    completed_on: knex.raw(`now() - interval '61 minutes'`),
  });
  const boss = new PgBoss({
    ...connectionOf(knex),
    schema: 'boats_jobs',
    supervise: false,
    schedule: false,
  });
  boss.on('error', () => undefined);
  await boss.start();
  await boss.supervise('operations', { force: true } as never);
  await boss.stop();
  expect(await jobs()).toBe(0);
  const [queue] = await knex('boats_jobs.queue').where({ name: 'operations' });
  expect(queue).toMatchObject({
    retention_seconds: 24 * 3600,
    deletion_seconds: 3600,
  });
});
