import { setTimeout as sleep } from 'node:timers/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import { silentLogger } from './__testUtils__/silentLogger';
import { DurableOperations } from './DurableOperations';
import { Machine, defineOperation } from './machine';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

const machine = Machine.create(
  { kind: 'boat', initial: 'new', transitions: { new: ['built'], built: [] } },
  [
    defineOperation({
      type: 'build',
      title: 'Build',
      from: ['new'],
      succeeds: 'built',
      steps: [
        {
          id: 'hull',
          title: 'Hull',
          pauseScopes: () => ['yard:one'],
          async run() {},
        },
      ],
    }),
  ],
);

it('wakes what came to the switch while it was turned off', async () => {
  const knex = await databases.init('POSTGRES_18');
  const operations = await DurableOperations.create({
    knex,
    pluginId: 'boats',
    machines: [machine],
    logger: silentLogger,
    sweepMs: 200,
  });
  await operations.start();
  try {
    const by = { scope: 'yard:one', actor: 'user:x' };
    await knex.transaction(trx =>
      operations.pause(trx, { ...by, reason: 'Storm' }),
    );
    const off = await knex.transaction();
    await operations.unpause(off, by);
    // To everybody else it is still on.
    const { id } = await knex.transaction(async trx => {
      await operations.createResource(trx, {
        id: 'boat',
        kind: 'boat',
        actor: 'user:x',
      });
      return operations.startOperation(trx, {
        type: 'build',
        resourceId: 'boat',
        input: {},
        actor: 'user:x',
      });
    });
    while ((await operations.getOperation(id)).state === 'pending') {
      await sleep(20);
    }
    await sleep(500);
    await off.commit();
    for (const end = Date.now() + 10_000; ; await sleep(20)) {
      const { state } = await operations.getOperation(id);
      if (state === 'succeeded') break;
      expect([state, Date.now() < end]).toEqual([state, true]);
    }
  } finally {
    await operations.stop();
  }
});
