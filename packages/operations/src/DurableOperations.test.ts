import { TestDatabases, mockServices } from '@backstage/backend-test-utils';
import createKnex, { type Knex } from 'knex';
import { DurableOperations } from './DurableOperations';
import { AmbiguousError, RetryableError, TerminalError } from './errors';
import { Machine, defineOperation } from './machine';
import { operationsMigrations } from './migrate';
import type { OperationStep, StepContext } from './definitions';
import type { OperationHint } from './types';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const running: DurableOperations[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(o => o.stop()));
});

type Run = (context: StepContext) => ReturnType<OperationStep['run']>;

function machineWith(run: Run, extra?: Partial<OperationStep>) {
  return Machine.create(
    {
      kind: 'boat',
      initial: 'requested',
      transitions: {
        requested: ['building', 'failed'],
        building: ['ready', 'failed', 'uncertain'],
        uncertain: ['building', 'failed'],
        ready: ['building'],
        failed: ['building'],
      },
    },
    [
      defineOperation({
        type: 'build',
        title: 'Build a boat',
        from: ['requested', 'failed'],
        succeeds: 'ready',
        fails: 'failed',
        uncertain: 'uncertain',
        steps: [
          {
            id: 'keel',
            title: 'Lay the keel',
            enters: 'building',
            retry: { baseDelayMs: 1, maxDelayMs: 20 },
            run,
            ...extra,
          },
        ],
      }),
    ],
  );
}

async function setup(
  run: Run,
  options: {
    extra?: Partial<OperationStep>;
    sweepMs?: number;
    leaseMs?: number;
    knex?: Knex;
    hints?: OperationHint[];
    start?: boolean;
  } = {},
) {
  const knex = options.knex ?? (await databases.init('POSTGRES_18'));
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'boats',
    machines: [machineWith(run, options.extra)],
    logger: mockServices.logger.mock({
      child: () => mockServices.logger.mock(),
    }),
    sweepMs: options.sweepMs ?? 100,
    leaseMs: options.leaseMs,
    onHint: hint => options.hints?.push(hint),
  });
  running.push(operations);
  if (options.start ?? true) await operations.start();
  return { knex, operations };
}

let counter = 0;
async function order(operations: DurableOperations, knex: Knex) {
  const id = `boat-${(counter += 1)}`;
  return knex.transaction(async trx => {
    await operations.createResource(trx, { id, kind: 'boat', actor: 'user:x' });
    return operations.startOperation(trx, {
      type: 'build',
      resourceId: id,
      input: {},
      actor: 'user:x',
    });
  });
}

async function until(
  operations: DurableOperations,
  id: string,
  state: string,
  ms = 10_000,
) {
  const end = Date.now() + ms;
  for (;;) {
    const operation = await operations.getOperation(id);
    if (operation.state === state) return operation;
    if (Date.now() > end) {
      throw new Error(
        `is ${operation.state} (${operation.error?.message}), not ${state}`,
      );
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

describe('DurableOperations', () => {
  it('is woken by LISTEN, runs to the end and tells its story', async () => {
    const hints: OperationHint[] = [];
    // No sweep within the test: only the notification can wake the worker.
    const { knex, operations } = await setup(async () => ({ length: 12 }), {
      sweepMs: 600_000,
      hints,
    });
    expect(operations.listening).toBe(true);

    const { id, resourceId } = await order(operations, knex);
    const operation = await until(operations, id, 'succeeded', 1_500);

    expect(operation.steps).toMatchObject([
      { id: 'keel', state: 'succeeded', attempt: 1, output: { length: 12 } },
    ]);
    expect((await operations.getResource(resourceId)).state).toBe('ready');
    const events = await operations.listEvents({ resourceId });
    expect(events.map(e => e.type)).toEqual([
      'resource.created',
      'operation.requested',
      'state.changed',
      'step.started',
      'step.succeeded',
      'state.changed',
      'operation.succeeded',
    ]);
    // A hint is given after its commit, when the worker may have been woken already.
    expect(hints.map(h => h.type).sort()).toEqual(
      events.map(e => e.type).sort(),
    );
  });

  it('leaves the state as it is where an operation names none', async () => {
    const knex = await databases.init('POSTGRES_18');
    const operations = await DurableOperations.create({
      knex,
      pluginId: 'boats',
      machines: [
        Machine.create(
          {
            kind: 'boat',
            initial: 'afloat',
            transitions: { afloat: ['ashore'], ashore: ['afloat'] },
          },
          [
            defineOperation({
              type: 'haul',
              title: 'Haul it out',
              from: ['afloat'],
              succeeds: 'ashore',
              steps: [{ id: 'haul', title: 'Haul', run: async () => {} }],
            }),
            defineOperation({
              type: 'paint',
              title: 'Paint its name',
              from: ['afloat', 'ashore'],
              steps: [{ id: 'paint', title: 'Paint', run: async () => {} }],
            }),
          ],
        ),
      ],
      logger: mockServices.logger.mock({
        child: () => mockServices.logger.mock(),
      }),
    });
    running.push(operations);
    await operations.start();
    await knex.transaction(trx =>
      operations.createResource(trx, { id: 'b', kind: 'boat', actor: 'x' }),
    );
    const states: string[] = [];
    for (const type of ['paint', 'haul', 'paint']) {
      const { id } = await knex.transaction(trx =>
        operations.startOperation(trx, {
          type,
          resourceId: 'b',
          input: {},
          actor: 'x',
        }),
      );
      await until(operations, id, 'succeeded');
      states.push((await operations.getResource('b')).state);
    }
    expect(states).toEqual(['afloat', 'ashore', 'ashore']);
  });

  it('writes nothing and wakes nobody when the transaction rolls back', async () => {
    const run = jest.fn(async () => undefined);
    const { knex, operations } = await setup(run);
    await expect(
      knex.transaction(async trx => {
        await operations.createResource(trx, {
          id: 'lost',
          kind: 'boat',
          actor: 'user:x',
        });
        await operations.startOperation(trx, {
          type: 'build',
          resourceId: 'lost',
          input: {},
          actor: 'user:x',
        });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(run).not.toHaveBeenCalled();
    await expect(operations.getResource('lost')).rejects.toThrow('No resource');
    expect(await knex('boats_jobs.job').where({ name: 'operations' })).toEqual(
      [],
    );
  });

  it('waits and repeats after a retryable error, with the sentence shown', async () => {
    let calls = 0;
    const { knex, operations } = await setup(async () => {
      calls += 1;
      if (calls < 3) {
        throw new RetryableError('The yard is full', {
          retryAfterMs: calls === 1 ? 500 : undefined,
        });
      }
    });
    const { id } = await order(operations, knex);
    const waiting = await until(operations, id, 'waiting');
    expect(waiting.error).toMatchObject({ message: 'The yard is full' });
    const ended = await until(operations, id, 'succeeded');
    expect(ended.steps[0].attempt).toBe(3);
    expect(ended.error).toBeUndefined();
  });

  it('fails for good after a terminal error, and a new operation may try again', async () => {
    let broken = true;
    const { knex, operations } = await setup(async () => {
      if (broken) throw new TerminalError('There is no wood');
    });
    const { id, resourceId } = await order(operations, knex);
    const failed = await until(operations, id, 'failed');
    expect(failed.error).toEqual({
      kind: 'terminal',
      message: 'There is no wood',
      stepId: 'keel',
    });
    expect((await operations.getResource(resourceId)).state).toBe('failed');
    broken = false;
    const again = await knex.transaction(trx =>
      operations.startOperation(trx, {
        type: 'build',
        resourceId,
        input: {},
        actor: 'user:x',
      }),
    );
    await until(operations, again.id, 'succeeded');
  });

  it('never shows the message of an unexpected error', async () => {
    const { knex, operations } = await setup(async () => {
      throw new Error('password=hunter2');
    });
    const { id, resourceId } = await order(operations, knex);
    const operation = await until(operations, id, 'uncertain');
    expect(JSON.stringify(operation)).not.toContain('hunter2');
    expect(
      JSON.stringify(await operations.listEvents({ resourceId })),
    ).not.toContain('hunter2');
  });

  it('takes an ambiguous step as done when it is seen to be', async () => {
    const observe = jest.fn(async () => ({
      status: 'done' as const,
      output: { seen: true },
    }));
    const { knex, operations } = await setup(
      async () => {
        throw new AmbiguousError('The answer was lost');
      },
      { extra: { observe } },
    );
    const { id } = await order(operations, knex);
    const operation = await until(operations, id, 'succeeded');
    expect(operation.steps[0].output).toEqual({ seen: true });
  });

  it('asks a person when it cannot tell, and goes on or gives up as they say', async () => {
    let known = false;
    const { knex, operations } = await setup(
      async () => {
        if (!known) throw new AmbiguousError('The answer was lost');
      },
      {
        extra: {
          observe: async () =>
            known
              ? { status: 'absent' }
              : { status: 'unknown', reason: 'The yard does not answer' },
        },
      },
    );
    const first = await order(operations, knex);
    const uncertain = await until(operations, first.id, 'uncertain');
    expect(uncertain.error?.message).toBe('The yard does not answer');
    expect((await operations.getResource(first.resourceId)).state).toBe(
      'uncertain',
    );
    const second = await order(operations, knex);
    await until(operations, second.id, 'uncertain');

    known = true;
    await knex.transaction(trx =>
      operations.resolveUncertain(trx, {
        operationId: first.id,
        decision: 'resume',
        actor: 'user:x',
      }),
    );
    await until(operations, first.id, 'succeeded');
    await knex.transaction(trx =>
      operations.resolveUncertain(trx, {
        operationId: second.id,
        decision: 'give-up',
        actor: 'user:x',
      }),
    );
    await until(operations, second.id, 'failed');
    expect((await operations.getResource(second.resourceId)).state).toBe(
      'failed',
    );
  });

  it('holds new side effects under a pause switch and says so', async () => {
    const run = jest.fn(async () => undefined);
    const { knex, operations } = await setup(run, {
      extra: { pauseScopes: () => ['provider:yard'] },
    });
    await knex.transaction(trx =>
      operations.pause(trx, {
        scope: 'provider:yard',
        reason: 'Flood',
        actor: 'user:x',
      }),
    );
    const { id } = await order(operations, knex);
    const paused = await until(operations, id, 'waiting');
    expect(paused.pausedScope).toBe('provider:yard');
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(run).not.toHaveBeenCalled();
    await knex.transaction(trx =>
      operations.unpause(trx, { scope: 'provider:yard', actor: 'user:x' }),
    );
    await until(operations, id, 'succeeded');
  });

  it('gives its lease back when it stops, so that another goes on at once', async () => {
    const begun = new Array<string>();
    const blocked: Run = context =>
      new Promise((_resolve, reject) => {
        begun.push('first');
        context.signal.addEventListener('abort', () =>
          reject(context.signal.reason),
        );
      });
    const { knex, operations: first } = await setup(blocked, {
      sweepMs: 600_000,
    });
    const { id } = await order(first, knex);
    await until(first, id, 'running');
    while (!begun.length) await new Promise(r => setTimeout(r, 10));
    const { operations: second } = await setup(async () => undefined, {
      knex,
      sweepMs: 600_000,
    });
    await first.stop();
    const ended = await until(second, id, 'succeeded', 2_000);
    expect(ended.steps[0].attempt).toBe(2);
  });

  it('refuses an output that looks like a secret', async () => {
    const { knex, operations } = await setup(async () => ({
      login: { password: 'hunter2' },
    }));
    const { id } = await order(operations, knex);
    const failed = await until(operations, id, 'failed');
    expect(failed.error?.message).toMatch(/'password'.*looks like a secret/);
    const rows = await knex('operations_steps').where({ operation_id: id });
    expect(JSON.stringify(rows)).not.toContain('hunter2');
  });

  it('refuses a second operation on the same resource, in code and in the database', async () => {
    const { knex, operations } = await setup(async () => undefined, {
      start: false,
    });
    const { id, resourceId } = await order(operations, knex);
    const again = {
      type: 'build',
      resourceId,
      input: {},
      actor: 'user:y',
    };
    await expect(
      knex.transaction(trx => operations.startOperation(trx, again)),
    ).rejects.toThrow(/is busy: 'build', asked for by user:x/);
    await expect(
      knex('operations_operations').insert({
        id: 'rogue',
        type: 'build',
        resource_id: resourceId,
        state: 'pending',
        input: '{}',
        actor: 'user:y',
        created_at: new Date(),
        updated_at: new Date(),
      }),
    ).rejects.toThrow('operations_operations_one_active');
    await knex.transaction(trx =>
      operations.cancel(trx, { operationId: id, actor: 'user:x' }),
    );
    await expect(
      knex('operations_operations')
        .where({ id })
        .update({ state: 'succeeded' }),
    ).rejects.toThrow('an operation that has ended never changes');
    await expect(
      knex('operations_events').update({ type: 'other' }),
    ).rejects.toThrow('the timeline is append-only');
    await expect(knex('operations_events').delete()).rejects.toThrow(
      'the timeline is append-only',
    );
  });

  it('answers the same key with the first result and another body with a conflict', async () => {
    const { knex, operations } = await setup(async () => undefined, {
      start: false,
    });
    const work = jest.fn(async () => ({ id: 7 }));
    const send = (body: { a: number; b?: number }, key = 'k1') =>
      knex.transaction(trx =>
        operations.once(trx, { scope: 'user:x', key, body }, work),
      );
    const answers = await Promise.all([
      send({ a: 1, b: 2 }),
      send({ b: 2, a: 1 }),
      send({ a: 1, b: 2 }),
    ]);
    expect(answers.map(a => a.result)).toEqual(Array(3).fill({ id: 7 }));
    expect(work).toHaveBeenCalledTimes(1);
    expect(answers.filter(a => a.replayed)).toHaveLength(2);
    await expect(send({ a: 2 })).rejects.toThrow('with a different body');
    await expect(send({ a: 2 }, 'two words')).rejects.toThrow(
      'Idempotency-Key: must be',
    );
    await knex('operations_idempotency').update({ expires_at: new Date(0) });
    expect((await send({ a: 2 })).replayed).toBe(false);
    await knex('operations_idempotency').update({ expires_at: new Date(0) });
    expect(await operations.forgetExpiredKeys()).toBe(1);
  });

  it('comes up in three replicas at once, shares a database with another plugin, and heals a stale migration lock', async () => {
    const knex = await databases.init('POSTGRES_18');
    const machines = [machineWith(async () => undefined)];
    const create = (schema: string) =>
      DurableOperations.create({
        knex: withSchema(knex, schema),
        pluginId: schema,
        machines,
        logger: mockServices.logger.mock(),
      });
    await knex.raw('CREATE SCHEMA boats');
    await knex.raw('CREATE SCHEMA ships');
    running.push(
      ...(await Promise.all([
        create('boats'),
        create('boats'),
        create('ships'),
      ])),
    );
    const tables = await knex('information_schema.tables')
      .where({ table_name: 'operations_operations' })
      .orderBy('table_schema')
      .select('table_schema');
    expect(tables).toEqual([
      { table_schema: 'boats' },
      { table_schema: 'ships' },
    ]);
    await knex('boats.operations_knex_migrations_lock').update({
      is_locked: 1,
    });
    running.push(await create('boats'));
  });

  it('takes its tables away again', async () => {
    const { knex } = await setup(async () => undefined, { start: false });
    await knex.migrate.rollback(operationsMigrations, true);
    const left = await knex('information_schema.tables')
      .where('table_name', 'like', 'operations\\_%')
      .whereNot('table_name', 'like', '%knex_migrations%');
    expect(left).toEqual([]);
  });
});

const withSchemaKnexes: Knex[] = [];
afterAll(async () => {
  await Promise.all(withSchemaKnexes.map(k => k.destroy()));
});

/** What `pluginDivisionMode: schema` gives a plugin. */
function withSchema(knex: Knex, schema: string): Knex {
  const { connection, client } = knex.client.config;

  const created = createKnex({
    client,
    connection,
    searchPath: [schema],
  });
  withSchemaKnexes.push(created);
  return created;
}
