import { TestDatabases, mockServices } from '@backstage/backend-test-utils';
import { isError } from '@backstage/errors';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDockMachine } from './__testUtils__/dock';
import {
  createProcess,
  type Fault,
  type Process,
} from './__testUtils__/faultyKnex';
import { cancelOperation } from './database/decisions';
import { createResource } from './database/resources';
import { startOperation } from './database/startOperation';
import type { StoreContext } from './database/context';
import { consume } from './database/outbox';
import { getOperation } from './database/reading';
import { AmbiguousError, RetryableError, TerminalError } from './errors';
import { migrate, operationsMigrations } from './migrate';
import type { OutboxRow } from './types';
import { runOperation } from './worker/runOperation';

jest.setTimeout(600_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const CLOCK = '(clock_timestamp() + (SELECT shift FROM test_clock))';
const LEASE_MS = 60_000; // only the moved clock ends a lease
const RENEW_MS = 5; // often, so that calling off is seen while something works
const SLOW_MS = 60;

/**
 * `down`: refused; `away`: refused, and nothing was sent; `lost`: done, and the answer is lost; `slow`: works until it is cut
 * short, after which nobody knows whether it was done, or until its time is over.
 */
type Fate = 'fine' | 'lost' | 'down' | 'away' | 'slow';

interface Round {
  workers: { faults: Fault[]; outside: Fate[] }[];
  /** Moves the clock past every lease while the first worker sends this statement. */
  moveClockAt?: number;
  /**
   * Somebody calls it off while the first worker sends this statement, or works slowly; 0 for before it begins.
   */
  cancelAt?: number | 'slow';
}

const round: fc.Arbitrary<Round> = fc.record({
  workers: fc.array(
    fc.record({
      faults: fc.array(
        fc.record({
          at: fc.integer({ min: 1, max: 60 }),
          kind: fc.constantFrom('crash-before', 'crash-after', 'lost-answer'),
        }),
        { maxLength: 2 },
      ) as fc.Arbitrary<Fault[]>,
      outside: fc.array(
        fc.constantFrom('fine', 'lost', 'down', 'away', 'slow', 'slow'),
        { maxLength: 3 },
      ) as fc.Arbitrary<Fate[]>,
    }),
    { minLength: 2, maxLength: 3 },
  ),
  moveClockAt: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
  // Often enough, and seldom enough that others are left to their ends.
  cancelAt: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 2, arbitrary: fc.constant('slow' as const) },
  ),
});

describe('invariants under crashes, lost answers and a moving clock', () => {
  let knex: Knex;
  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    await migrate(knex, operationsMigrations);
    await knex.raw(
      `CREATE TABLE test_clock (shift interval NOT NULL); INSERT INTO test_clock VALUES ('0')`,
    );
    await knex.raw(`CREATE TABLE docks (operation_id text PRIMARY KEY)`);
    await knex.raw(
      `CREATE TABLE test_fences (n bigserial, resource_id text, fence bigint)`,
    );
    // Every fence ever handed out, written by the database itself.
    await knex.raw(`
      CREATE FUNCTION test_note_fence() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO test_fences (resource_id, fence) VALUES (NEW.id, NEW.fence); RETURN NEW; END $$;
      CREATE TRIGGER test_note_fence AFTER UPDATE OF fence ON operations_resources
        FOR EACH ROW EXECUTE FUNCTION test_note_fence()`);
  });

  const seen: OutboxRow[] = [];
  let sequence = 0;
  let drain: (() => Promise<number>) | undefined;
  const tally = {
    crashes: 0,
    takeovers: 0,
    staleRefused: 0,
    cancelledAtOnce: 0,
    cancelledAfterUndo: 0,
    cutShort: 0,
  };

  it('ends every operation exactly once, whatever happens to its workers', async () => {
    const { connection } = knex.client.config;
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 1, maxLength: 4 }),
        async rounds => {
          const id = `dock-${(sequence += 1)}`;
          const made = new Map<string, number>();
          let newestFence = 0n;
          let everMade = false;
          let calledOff = false;
          const refusals: string[] = [];

          const contextFor = (
            process: Pick<Process, 'knex' | 'assertAlive'>,
            outside: Fate[],
            onSlow: () => void = () => undefined,
          ): StoreContext => {
            const plan = [...outside];
            const machine = createDockMachine({
              async make(name, fence, signal) {
                process.assertAlive();
                const fate = plan.shift() ?? 'fine';
                if (fate === 'down') throw new RetryableError('Down');
                if (fate === 'away') {
                  throw new RetryableError('Away', { nothingSent: true });
                }
                everMade = true;
                if (fate === 'slow') onSlow();
                await sleep(
                  fate === 'slow' ? SLOW_MS : Math.random() * 3,
                  null,
                  {
                    signal,
                  },
                ).catch(() => undefined);
                process.assertAlive();
                const isCutShort =
                  isError(signal.reason) &&
                  signal.reason.name === 'CalledOffError';
                tally.cutShort += isCutShort ? 1 : 0;
                if (isCutShort && Math.random() < 0.5) {
                  throw new Error('Stopped before it was done');
                }
                if (fence < newestFence) {
                  tally.staleRefused += 1;
                  throw new TerminalError('Stale fence');
                }
                newestFence = fence;
                if (!made.has(name)) made.set(name, 0);
                // A server idempotent by name: the effect happens when it is not there yet.
                if (made.get(name) === 0) made.set(name, 1);
                process.assertAlive();
                if (fate === 'lost' || isCutShort) {
                  throw new AmbiguousError('Answer lost');
                }
              },
              async exists(name) {
                process.assertAlive();
                return made.get(name) === 1;
              },
              async remove(name, fence) {
                process.assertAlive();
                const fate = plan.shift() ?? 'fine';
                if (fate === 'down' || fate === 'away') {
                  throw new RetryableError('Down');
                }
                if (fence < newestFence) throw new TerminalError('Stale fence');
                newestFence = fence;
                made.delete(name);
                if (fate === 'lost') throw new AmbiguousError('Answer lost');
              },
            });
            return {
              knex: process.knex,
              clock: CLOCK,
              machines: new Map([[machine.kind, machine]]),
              wake: async () => undefined,
              hint: () => undefined,
            };
          };

          const healthy = contextFor(
            { knex, assertAlive: () => undefined },
            [],
          );
          const operation = await knex.transaction(async trx => {
            await createResource(healthy, trx, {
              id,
              kind: 'dock',
              actor: 'x',
            });
            return startOperation(healthy, trx, {
              type: 'build',
              resourceId: id,
              input: {},
              actor: 'x',
            });
          });

          const moveClock = () =>
            knex('test_clock').update({
              shift: knex.raw(`shift + interval '5 minutes'`),
            });
          const cancel = () =>
            knex
              .transaction(trx =>
                cancelOperation(healthy, trx, {
                  operationId: operation.id,
                  actor: 'y',
                }),
              )
              .then(
                () => {
                  calledOff = true;
                },
                error => void refusals.push(error.message),
              );
          const run = (context: StoreContext, owner: string) =>
            runOperation(context, {
              operationId: operation.id,
              owner,
              leaseMs: LEASE_MS,
              renewMs: RENEW_MS,
              logger: mockServices.logger.mock({
                child: () => mockServices.logger.mock(),
              }),
              stopping: new AbortController().signal,
            }).catch(() => false); // the process died while it claimed

          const take = async (rows: OutboxRow[]) => {
            seen.push(...rows);
          };
          drain = () => consume(healthy, { consumer: 'test' }, take);
          let consuming = true;
          const consumer = (async () => {
            while (consuming) {
              await consume(healthy, { consumer: 'test' }, take);
              await sleep(2);
            }
          })();

          const runWorker = async (
            name: string,
            worker: Round['workers'][number],
            meanwhile: Pick<Round, 'moveClockAt' | 'cancelAt'>,
          ) => {
            const asking: Promise<void>[] = [];
            const process = createProcess(
              connection,
              worker.faults,
              async statement => {
                if (statement === meanwhile.moveClockAt) await moveClock();
                // Not awaited: the statement may be the one that it has to wait for.
                if (statement === meanwhile.cancelAt) asking.push(cancel());
              },
            );
            const onSlow = () => {
              if (meanwhile.cancelAt === 'slow') asking.push(cancel());
            };
            await run(contextFor(process, worker.outside, onSlow), name);
            if (process.dead()) tally.crashes += 1;
            await process.knex.destroy();
            await Promise.all(asking);
          };
          for (const [index, { workers, ...meanwhile }] of rounds.entries()) {
            if (meanwhile.cancelAt === 0) await cancel();
            await Promise.all(
              workers.map((worker, n) =>
                sleep(n * 5).then(() =>
                  runWorker(`r${index}w${n}`, worker, n ? {} : meanwhile),
                ),
              ),
            );
            await moveClock();
          }

          for (let i = 0; i < 20; i += 1) {
            const { state } = await getOperation(healthy, knex, operation.id);
            if (state === 'succeeded' || state === 'cancelled') break;
            expect(['pending', 'running', 'waiting']).toContain(state);
            await run(healthy, `healer${i}`);
            await moveClock();
          }
          consuming = false;
          await consumer;
          while (await consume(healthy, { consumer: 'test' }, take));

          const ended = await getOperation(healthy, knex, operation.id);
          const resource = await knex('operations_resources')
            .where({ id })
            .first();
          // What was accepted is kept: called off is called off, and leaves nothing behind.
          expect([ended.state, resource.state]).toEqual(
            calledOff ? ['cancelled', 'gone'] : ['succeeded', 'ready'],
          );
          expect([...made]).toEqual(
            calledOff
              ? []
              : [
                  [`basin-${id}`, 1],
                  [`gate-${id}`, 1],
                ],
          );

          const events = await knex('operations_events')
            .where({ resource_id: id })
            .orderBy('id')
            .pluck('type');
          const count = (type: string) => events.filter(e => e === type).length;
          expect(events.at(-1)).toBe(`operation.${ended.state}`);
          expect(count(`operation.${ended.state}`)).toBe(1);
          const undone = ended.steps.some(step => step.id === 'clear');
          expect(count('operation.calling-off')).toBe(undone ? 1 : 0);
          // At once only if nothing was ever done.
          expect(calledOff && everMade && !undone).toBe(false);
          const whole = {
            started: count('step.started'),
            succeeded: count('step.succeeded'),
            steps: ended.steps.map(step => step.state),
            recorded: (await knex('docks').where({ operation_id: ended.id }))
              .length,
          };
          expect(calledOff || whole).toEqual(
            calledOff || {
              started: 3,
              succeeded: 3,
              steps: Array(3).fill('succeeded'),
              recorded: 1,
            },
          );
          // It is refused only once it has ended.
          expect(refusals.filter(r => !/nothing to call off/.test(r))).toEqual(
            [],
          );
          tally.cancelledAtOnce += calledOff && !undone ? 1 : 0;
          tally.cancelledAfterUndo += undone ? 1 : 0;

          const fences: bigint[] = (
            await knex('test_fences').where({ resource_id: id }).orderBy('n')
          ).map(f => BigInt(f.fence));
          expect(fences).toEqual(
            Array.from({ length: fences.length }, (_, i) => BigInt(i + 1)),
          );
          tally.takeovers += fences.length - 1;
        },
      ),
      {
        numRuns: Number(process.env.SLIPWAY_PROPERTY_RUNS ?? 40),
        // On a busy machine fewer runs, rather than a longer test.
        ...(!process.env.SLIPWAY_PROPERTY_RUNS && {
          interruptAfterTimeLimit: 40_000,
        }),
        // A counterexample depends on timing, so that shrinking it misleads.
        endOnFailure: true,
      },
    );
    // The test is worth something only if things did go wrong.
    expect(tally.crashes).toBeGreaterThan(10);
    expect(tally.takeovers).toBeGreaterThan(20);
    expect(tally.cancelledAtOnce).toBeGreaterThan(1);
    expect(tally.cancelledAfterUndo).toBeGreaterThan(2);
    expect(tally.cutShort).toBeGreaterThan(0);
  });

  it('showed its consumer every row once, without gaps and in order for each resource', async () => {
    const ids: string[] = await knex('operations_events')
      .orderBy('id')
      .pluck('id');
    // A row is handed out once no older transaction of the whole server can still commit, and
    // other tests use the same server.
    const giveUp = Date.now() + 30_000;
    while (seen.length < ids.length && Date.now() < giveUp) {
      await drain?.();
    }
    expect(seen.map(r => r.position)).toEqual(ids.map((_, i) => i + 1));
    expect(new Set(seen.map(r => r.event.id))).toEqual(new Set(ids));
    const last = new Map<string, number>();
    for (const { event } of seen) {
      expect(Number(event.id)).toBeGreaterThan(last.get(event.resourceId) ?? 0);
      last.set(event.resourceId, Number(event.id));
    }
  });
});
