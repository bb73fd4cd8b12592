import { TestDatabases, mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { DurableOperations } from './DurableOperations';
import type { CancelPolicy, OperationStep } from './definitions';
import { AmbiguousError, RetryableError } from './errors';
import { Machine, defineOperation } from './machine';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const running: DurableOperations[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(o => o.stop()));
});

type Run = OperationStep['run'];

/** Paints a boat in two coats. */
function machineWith(
  runs: Run[],
  cancel?: CancelPolicy,
  observe?: OperationStep['observe'],
) {
  return Machine.create(
    {
      kind: 'boat',
      initial: 'bare',
      transitions: {
        bare: ['painting'],
        painting: ['painted', 'stripping', 'scrapped'],
        stripping: ['scrapped', 'bare'],
        painted: [],
        scrapped: [],
      },
    },
    [
      defineOperation({
        type: 'paint',
        title: 'Paint the boat',
        from: ['bare'],
        succeeds: 'painted',
        cancel,
        steps: runs.map((run, index) => ({
          id: `coat-${index + 1}`,
          title: `Coat ${index + 1}`,
          enters: index ? undefined : 'painting',
          retry: { baseDelayMs: 1, maxDelayMs: 20, maxAttempts: 1000 },
          run,
          observe,
        })),
      }),
    ],
  );
}

async function setup(
  runs: Run[],
  cancel?: CancelPolicy,
  options: { leaseMs?: number; observe?: OperationStep['observe'] } = {},
) {
  const knex: Knex = await databases.init('POSTGRES_18');
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'boats',
    machines: [machineWith(runs, cancel, options.observe)],
    leaseMs: options.leaseMs,
    logger: mockServices.logger.mock({
      child: () => mockServices.logger.mock(),
    }),
    sweepMs: 100,
  });
  running.push(operations);
  const { id } = await knex.transaction(async trx => {
    await operations.createResource(trx, {
      id: 'boat',
      kind: 'boat',
      actor: 'user:x',
    });
    return operations.startOperation(trx, {
      type: 'paint',
      resourceId: 'boat',
      input: {},
      actor: 'user:x',
    });
  });
  await operations.start();
  return {
    id,
    operations,
    cancel: () =>
      knex.transaction(trx =>
        operations.cancel(trx, { operationId: id, actor: 'user:y' }),
      ),
    async until(state: string) {
      const end = Date.now() + 10_000;
      for (;;) {
        const operation = await operations.getOperation(id);
        if (operation.state === state) return operation;
        if (Date.now() > end) throw new Error(`is ${operation.state}`);
        await new Promise(resolve => setTimeout(resolve, 10));
      }
    },
  };
}

/** Waits until it is told to go on. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  let enter = () => {};
  const entered = new Promise<void>(resolve => {
    enter = resolve;
  });
  return {
    open,
    entered,
    run: async () => {
      enter();
      await opened;
    },
  };
}

const away: Run = async () => {
  throw new RetryableError('Nobody answers', {
    nothingSent: true,
    retryAfterMs: 60_000,
  });
};

const strip = (run: Run): CancelPolicy => ({
  undo: [{ id: 'strip', title: 'Strip it', enters: 'stripping', run }],
});

describe('calling off an operation', () => {
  it('ends at once when nothing was ever sent, and returns the resource', async () => {
    const { operations, until, cancel } = await setup([away]);
    const waiting = await until('waiting');
    expect(waiting).toMatchObject({ cancel: 'at-once', calledOff: false });
    expect((await operations.getResource('boat')).state).toBe('painting');
    await cancel();
    expect(await until('cancelled')).toMatchObject({ error: undefined });
    expect((await operations.getResource('boat')).state).toBe('bare');
    const events = await operations.listEvents({ resourceId: 'boat' });
    expect(events.at(-1)).toMatchObject({
      type: 'operation.cancelled',
      actor: 'user:y',
    });
    await expect(cancel()).rejects.toThrow(/has ended as cancelled/);
  });

  it('waits for the attempt that is under way, and then ends at once when it sent nothing', async () => {
    const { entered, open, run } = gate();
    const stripped = jest.fn(async () => undefined);
    const { until, cancel } = await setup(
      [context => run().then(() => away(context))],
      strip(stripped),
    );
    await entered;
    await cancel();
    await cancel(); // Changes nothing.
    expect(await until('running')).toMatchObject({ calledOff: true });
    open();
    await until('cancelled');
    expect(stripped).not.toHaveBeenCalled();
  });

  it('cuts the attempt short that is under way, with the reason, and takes it back', async () => {
    const begun = gate();
    const stripped = jest.fn(async () => undefined);
    let reason: unknown;
    const { operations, until, cancel } = await setup(
      [
        async ({ signal }) => {
          begun.run();
          await new Promise(resolve => {
            signal.addEventListener('abort', resolve, { once: true });
          });
          reason = signal.reason;
          throw new Error('Cut short');
        },
      ],
      strip(stripped),
      { leaseMs: 300 },
    );
    await begun.entered;
    await cancel();
    const ended = await until('cancelled');
    expect(reason).toMatchObject({ message: 'Somebody called it off' });
    expect(stripped).toHaveBeenCalledTimes(1);
    expect(ended.steps[0]).toMatchObject({ attempt: 1, idleAttempts: 0 });
    const events = await operations.listEvents({ resourceId: 'boat' });
    expect(events.map(({ type }) => type).slice(-7)).toEqual([
      'operation.cancel-requested',
      'operation.calling-off',
      'state.changed',
      'step.started',
      'step.succeeded',
      'state.changed',
      'operation.cancelled',
    ]);
  });

  it('ends at once when the attempt that was cut short has sent nothing', async () => {
    const begun = gate();
    const stripped = jest.fn(async () => undefined);
    const { operations, until, cancel } = await setup(
      [
        async context => {
          begun.run();
          await new Promise(resolve => {
            context.signal.addEventListener('abort', resolve, { once: true });
          });
          return away(context);
        },
      ],
      strip(stripped),
      { leaseMs: 300 },
    );
    await begun.entered;
    await cancel();
    await until('cancelled');
    expect(stripped).not.toHaveBeenCalled();
    expect((await operations.getResource('boat')).state).toBe('bare');
  });

  it('looks what came through all the same before it is taken back', async () => {
    const begun = gate();
    const stripped = jest.fn(async ({ outputs }) => {
      expect(outputs).toEqual({ 'coat-1': { colour: 'red' } });
    });
    const second = jest.fn(async () => undefined);
    const { until, cancel } = await setup(
      [
        async ({ signal }) => {
          begun.run();
          await new Promise(resolve => {
            signal.addEventListener('abort', resolve, { once: true });
          });
          throw new AmbiguousError('Nobody knows');
        },
        second,
      ],
      strip(stripped),
      {
        leaseMs: 300,
        observe: async ({ signal }) => {
          signal.throwIfAborted();
          return { status: 'done', output: { colour: 'red' } };
        },
      },
    );
    await begun.entered;
    await cancel();
    const ended = await until('cancelled');
    expect(stripped).toHaveBeenCalledTimes(1);
    expect(second).not.toHaveBeenCalled();
    expect(ended.steps[0]).toMatchObject({ state: 'succeeded' });
  });

  it('takes back what was done, and begins no other step', async () => {
    const { entered, open, run } = gate();
    const second = jest.fn(async () => undefined);
    const stripped = jest.fn(async () => undefined);
    const { operations, until, cancel } = await setup(
      [run, second],
      strip(stripped),
    );
    await entered;
    await cancel();
    open();
    const ended = await until('cancelled');
    expect(second).not.toHaveBeenCalled();
    expect(stripped).toHaveBeenCalledTimes(1);
    expect(ended.steps).toMatchObject([
      { id: 'coat-1', state: 'succeeded' },
      { id: 'coat-2', attempt: 0 },
      { id: 'strip', state: 'succeeded' },
    ]);
    expect((await operations.getResource('boat')).state).toBe('bare');
  });

  it('is refused once something may have been done that nobody can take back', async () => {
    const { until, cancel } = await setup([
      async () => {
        throw new RetryableError('Half done', { retryAfterMs: 60_000 });
      },
    ]);
    expect((await until('waiting')).cancel).toBeUndefined();
    await expect(cancel()).rejects.toThrow(/cannot be taken back/);
    await until('waiting');
  });

  it('comes too late when the step began meanwhile that cannot be taken back', async () => {
    const first = gate();
    const { entered, open, run } = gate();
    const { operations, until, cancel } = await setup([first.run, run], {
      ...strip(async () => undefined),
      before: 'coat-2',
    });
    await first.entered;
    first.open();
    await entered;
    await expect(cancel()).rejects.toThrow(/cannot be taken back/);
    open();
    await until('succeeded');
    expect((await operations.getResource('boat')).state).toBe('painted');
  });

  it('is checked when the machine is made', () => {
    expect(() =>
      machineWith([away], { ends: 'sunk', before: 'coat-9' }),
    ).toThrow(/no step 'coat-9'.*'painting' to 'sunk' when called off/);
  });
});
