import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { silentLogger } from './__testUtils__/silentLogger';
import { DurableOperations } from './DurableOperations';
import { Machine, defineOperation } from './machine';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const running: DurableOperations[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(o => o.stop()));
});

/** Two yards, of which one hangs until it is let go on. */
function yards() {
  let letGo = () => {};
  const hanging = new Promise<void>(resolve => {
    letGo = resolve;
  });
  let most = 0;
  let now = 0;
  const machine = Machine.create(
    {
      kind: 'boat',
      initial: 'new',
      transitions: { new: ['built'], built: [] },
    },
    [
      defineOperation<{ yard: string }>({
        type: 'build',
        title: 'Build',
        from: ['new'],
        succeeds: 'built',
        steps: [
          {
            id: 'hull',
            title: 'Hull',
            pauseScopes: ({ input }) => [`yard:${input.yard}`],
            async run({ input, signal }) {
              if (input.yard !== 'slow') return;
              now += 1;
              most = Math.max(most, now);
              const stopped = new Promise<never>((_, reject) => {
                signal.addEventListener('abort', () => reject(signal.reason));
              });
              try {
                await Promise.race([hanging, stopped]);
              } finally {
                now -= 1;
              }
            },
          },
        ],
      }),
    ],
  );
  return { machine, letGo: () => letGo(), most: () => most, now: () => now };
}

async function start(knex: Knex, machine: Machine, sweepMs: number) {
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'boats',
    machines: [machine],
    logger: silentLogger,
    concurrency: 4,
    sweepMs,
  });
  running.push(operations);
  await operations.start();
  return operations;
}

const order = (operations: DurableOperations, knex: Knex, yard: string) =>
  knex.transaction(async trx => {
    const id = `${yard}-${Math.random()}`;
    await operations.createResource(trx, { id, kind: 'boat', actor: 'x' });
    const operation = await operations.startOperation(trx, {
      type: 'build',
      resourceId: id,
      input: { yard },
      actor: 'x',
    });
    return operation.id;
  });

async function until(check: () => Promise<boolean> | boolean, ms = 30_000) {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error('not in time');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

const ended =
  (operations: DurableOperations, ...ids: string[]) =>
  async () =>
    (await Promise.all(ids.map(id => operations.getOperation(id)))).every(
      ({ state }) => state === 'succeeded',
    );

describe('operations on an outside that hangs', () => {
  // By the bell alone, and by the sweep alone with the rows of the slow yard in front.
  it.each([600_000, 100])(
    'leave room for others, and are done when it is back: sweep %d ms',
    async sweepMs => {
      const knex = await databases.init('POSTGRES_18');
      const { machine, letGo, most, now } = yards();
      const operations = await start(knex, machine, sweepMs);
      const slow: string[] = [];
      for (let i = 0; i < 12; i += 1) {
        slow.push(await order(operations, knex, 'slow'));
      }
      await until(() => now() === 2);
      if (sweepMs < 1000) {
        // Their bells are lost: only the sweep can find what comes now.
        await knex.raw(
          `CREATE FUNCTION mute() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
           CREATE TRIGGER mute BEFORE INSERT ON boats_jobs.job FOR EACH ROW EXECUTE FUNCTION mute()`,
        );
      }
      const quick = await Promise.all(
        Array.from({ length: 4 }, () => order(operations, knex, 'quick')),
      );
      await until(ended(operations, ...quick), 20_000);

      // Who waits holds nothing.
      const leases = await knex('operations_operations')
        .whereNotNull('lease_owner')
        .count({ count: '*' });
      expect(Number(leases[0].count)).toBe(2);
      letGo();
      await until(ended(operations, ...slow));
      expect(most()).toBe(2);
    },
  );

  it('are handed on when the process stops that they wait in', async () => {
    const knex = await databases.init('POSTGRES_18');
    const { machine, now } = yards();
    const first = await start(knex, machine, 600_000);
    const slow = await Promise.all(
      Array.from({ length: 5 }, () => order(first, knex, 'slow')),
    );
    await until(() => now() === 2);
    const other = yards();
    other.letGo();
    const second = await start(knex, other.machine, 600_000);
    await first.stop();
    await until(ended(second, ...slow), 8_000);
    expect(other.most()).toBeGreaterThan(0);
  });
});
