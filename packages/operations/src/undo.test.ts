import { TestDatabases, mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { createProcess } from './__testUtils__/faultyKnex';
import { silentLogger } from './__testUtils__/silentLogger';
import { DurableOperations } from './DurableOperations';
import type { StoreContext } from './database/context';
import { createResource } from './database/resources';
import { startOperation } from './database/startOperation';
import { getOperation } from './database/reading';
import { AmbiguousError, RetryableError, TerminalError } from './errors';
import { Machine, defineOperation } from './machine';
import { migrate, operationsMigrations } from './migrate';
import type { OperationStep } from './definitions';
import { runOperation } from './worker/runOperation';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const running: DurableOperations[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(o => o.stop()));
});

type Run = OperationStep['run'];

/** Hoists a sail, then checks it, and lowers it again when the check fails. */
function machineWith(runs: { check: Run; lower: Run }) {
  const retry = { baseDelayMs: 1, maxDelayMs: 20 };
  return Machine.create(
    {
      kind: 'boat',
      initial: 'moored',
      transitions: {
        moored: ['rigging', 'failed'],
        rigging: ['sailing', 'failed', 'uncertain'],
        uncertain: ['rigging', 'failed', 'adrift'],
        adrift: [],
        sailing: [],
        failed: ['rigging'],
      },
    },
    [
      defineOperation({
        type: 'sail',
        title: 'Set sail',
        from: ['moored', 'failed'],
        succeeds: 'sailing',
        fails: 'failed',
        leftUndone: { step: 'lower', ends: 'adrift' },
        uncertain: 'uncertain',
        steps: [
          {
            id: 'hoist',
            title: 'Hoist the sail',
            enters: 'rigging',
            retry,
            run: async () => ({ sail: 'main' }),
          },
          { id: 'check', title: 'Check it', retry, run: runs.check },
        ],
        undo: [{ id: 'lower', title: 'Lower it', retry, run: runs.lower }],
      }),
    ],
  );
}

async function setup(runs: { check: Run; lower: Run }, knexOfOther?: Knex) {
  const knex = knexOfOther ?? (await databases.init('POSTGRES_18'));
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'boats',
    machines: [machineWith(runs)],
    logger: mockServices.logger.mock({
      child: () => mockServices.logger.mock(),
    }),
    sweepMs: 100,
  });
  running.push(operations);
  await operations.start();
  return { knex, operations };
}

async function sail(operations: DurableOperations, knex: Knex) {
  return knex.transaction(async trx => {
    await operations.createResource(trx, {
      id: 'boat',
      kind: 'boat',
      actor: 'user:x',
    });
    return operations.startOperation(trx, {
      type: 'sail',
      resourceId: 'boat',
      input: {},
      actor: 'user:x',
    });
  });
}

async function until(operations: DurableOperations, id: string, state: string) {
  const end = Date.now() + 10_000;
  for (;;) {
    const operation = await operations.getOperation(id);
    if (operation.state === state) return operation;
    if (Date.now() > end) throw new Error(`is ${operation.state}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

const torn = async () => {
  throw new TerminalError('The sail is torn.');
};

describe('an operation that fails', () => {
  it('takes back what it did before it ends, and says both', async () => {
    const lower = jest.fn<ReturnType<Run>, Parameters<Run>>(
      async () => undefined,
    );
    const { knex, operations } = await setup({ check: torn, lower });
    const { id } = await sail(operations, knex);
    const failed = await until(operations, id, 'failed');
    expect(failed).toMatchObject({
      error: { message: 'The sail is torn.', stepId: 'check' },
      steps: [
        { id: 'hoist', state: 'succeeded' },
        { id: 'check', state: 'failed' },
        { id: 'lower', state: 'succeeded', attempt: 1 },
      ],
    });
    expect(lower).toHaveBeenCalledTimes(1);
    expect(lower.mock.calls[0][0].outputs).toMatchObject({
      hoist: { sail: 'main' },
    });
    expect((await operations.getResource('boat')).state).toBe('failed');
    const events = await operations.listEvents({ resourceId: 'boat' });
    expect(events.map(e => e.type).slice(-5)).toEqual([
      'operation.undoing',
      'step.started',
      'step.succeeded',
      'state.changed',
      'operation.failed',
    ]);
  });

  it('has not ended while it cannot take it back, and goes on in another process', async () => {
    let down = true;
    const runs = {
      check: torn,
      lower: async () => {
        if (down) throw new RetryableError('The halyard is stuck');
      },
    };
    const { knex, operations: first } = await setup(runs);
    const { id } = await sail(first, knex);
    const waiting = await until(first, id, 'waiting');
    expect(waiting).toMatchObject({
      failing: { message: 'The sail is torn.' },
      error: { message: 'The halyard is stuck' },
    });
    await first.stop();
    down = false;
    const { operations: second } = await setup(runs, knex);
    const failed = await until(second, id, 'failed');
    expect(failed.error?.message).toBe('The sail is torn.');
  });

  it('is taken back when a person gives it up', async () => {
    const lower = jest.fn(async () => undefined);
    const check = async () => {
      throw new AmbiguousError('Nobody sees the sail');
    };
    const { knex, operations } = await setup({ check, lower });
    const { id: operationId } = await sail(operations, knex);
    await until(operations, operationId, 'uncertain');
    await knex.transaction(trx =>
      operations.resolveUncertain(trx, {
        operationId,
        decision: 'give-up',
        actor: 'user:x',
      }),
    );
    const failed = await until(operations, operationId, 'failed');
    expect(failed.error?.message).toBe('Nobody sees the sail');
    expect(lower).toHaveBeenCalledTimes(1);
  });

  it.each(['resume', 'give-up'] as const)(
    'asks a person when it cannot be taken back: %s',
    async decision => {
      let stuck = true;
      const { knex, operations } = await setup({
        check: torn,
        lower: async () => {
          if (stuck) throw new TerminalError('The halyard is cut');
        },
      });
      const { id: operationId } = await sail(operations, knex);
      const asked = await until(operations, operationId, 'uncertain');
      expect(asked.error?.message).toBe('The halyard is cut');
      stuck = decision === 'give-up';
      await knex.transaction(trx =>
        operations.resolveUncertain(trx, {
          operationId,
          decision,
          actor: 'user:x',
        }),
      );
      const failed = await until(operations, operationId, 'failed');
      expect(failed.error?.message).toBe(
        decision === 'resume'
          ? 'The sail is torn.'
          : 'The sail is torn. Not taken back: The halyard is cut',
      );
      // The state says what is left.
      expect((await operations.getResource('boat')).state).toBe(
        decision === 'resume' ? 'failed' : 'adrift',
      );
    },
  );

  it('takes it back whatever statement its worker dies at', async () => {
    const knex = await databases.init('POSTGRES_18');
    await migrate(knex, operationsMigrations);
    const contextFor = (of: Knex, lower: Run): StoreContext => ({
      knex: of,
      clock: `(clock_timestamp() + (SELECT shift FROM test_clock))`,
      machines: new Map([['boat', machineWith({ check: torn, lower })]]),
      wake: async () => undefined,
      hint: () => undefined,
    });
    await knex.raw(
      `CREATE TABLE test_clock (shift interval NOT NULL); INSERT INTO test_clock VALUES ('0')`,
    );
    let died = 0;
    for (const kind of ['crash-before', 'crash-after'] as const) {
      for (let at = 1; at <= 60; at += 1) {
        const lowered = jest.fn(async () => undefined);
        const healthy = contextFor(knex, lowered);
        const id = `${kind}-${at}`;
        const { id: operationId } = await knex.transaction(async trx => {
          await createResource(healthy, trx, { id, kind: 'boat', actor: 'x' });
          return startOperation(healthy, trx, {
            type: 'sail',
            resourceId: id,
            input: {},
            actor: 'x',
          });
        });
        const run = (context: StoreContext) =>
          runOperation(context, {
            operationId,
            owner: `${Math.random()}`,
            leaseMs: 60_000,
            logger: silentLogger,
            stopping: new AbortController().signal,
          }).catch(() => false);
        const process = createProcess(
          knex.client.config.connection,
          [{ at, kind }],
          async () => undefined,
        );
        const mortal = contextFor(process.knex, lowered);
        // Once to fail, once to take it back.
        await run(mortal);
        await run(mortal);
        if (process.dead()) died += 1;
        await process.knex.destroy();
        for (let i = 0; i < 4; i += 1) {
          await knex('test_clock').update({
            shift: knex.raw(`shift + interval '5 minutes'`),
          });
          await run(healthy);
        }
        const ended = await getOperation(healthy, knex, operationId);
        expect([at, ended.state, ended.error?.message]).toEqual([
          at,
          'failed',
          'The sail is torn.',
        ]);
        expect(lowered).toHaveBeenCalled();
        expect(ended.steps.map(s => s.state)).toEqual([
          'succeeded',
          'failed',
          'succeeded',
        ]);
      }
    }
    // The test is worth something only if workers did die all the way along.
    expect(died).toBeGreaterThan(60);
  });
});
