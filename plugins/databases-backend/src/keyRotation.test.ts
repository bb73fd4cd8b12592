import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { SEALING_KEY, startPlugin } from './__testUtils__/startPlugin';
import { startTenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const NEXT_KEY = { id: 'k2', key: Buffer.alloc(32, 8).toString('base64') };
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const keysOf = (knex: Knex): Promise<string[]> =>
  knex('sealed_secrets').distinct('key_id').pluck('key_id');

/** The keys in use once it is the next one only, or else after so long. */
async function keysWithin(knex: Knex, ms: number): Promise<string[]> {
  const end = Date.now() + ms;
  for (;;) {
    const keys = await keysOf(knex);
    if (keys.join() === NEXT_KEY.id || Date.now() > end) return keys;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

describe('a sealing key that is rotated in two steps', () => {
  it('keeps two replicas at work through the whole roll-out', async () => {
    const knex = await databases.init('POSTGRES_18');
    const tenants = await startTenants();
    stops.push(tenants.stop);
    const start = async (...keys: (typeof SEALING_KEY)[]) => {
      const plugin = await startPlugin({ knex, tenants, keys });
      stops.push(() => plugin.stop());
      return plugin;
    };
    type Replica = Awaited<ReturnType<typeof start>>;
    const ids: string[] = [];
    /** Each replica makes a database; whichever is free works on it. */
    const order = async (name: string, ...replicas: Replica[]) => {
      for (const [index, replica] of replicas.entries()) {
        ids.push(await replica.ready(`${name}-${index}`));
      }
    };
    const rotate = async (replica: Replica, id: string) => {
      const { body } = await replica.sam
        .post(`/databases/${id}/rotate`)
        .expect(202);
      await replica.until(`/operations/${body.operation.id}`, 'succeeded');
      const { body: retired } = await replica.sam
        .post(`/databases/${id}/retire-login`)
        .expect(202);
      await replica.until(`/operations/${retired.operation.id}`, 'succeeded');
    };
    const keysInUse = () => keysOf(knex);

    const [a, b] = [await start(SEALING_KEY), await start(SEALING_KEY)];
    await order('before', a, b);

    // First step: the new key goes behind the old one, replica by replica.
    await a.stop();
    const a1 = await start(SEALING_KEY, NEXT_KEY);
    await order('adding', a1, b);
    await b.stop();
    const b1 = await start(SEALING_KEY, NEXT_KEY);
    expect(await keysInUse()).toEqual([SEALING_KEY.id]);

    // Second step: it goes first. One seals with it, the other one still with the old key.
    await a1.stop();
    const a2 = await start(NEXT_KEY, SEALING_KEY);
    await order('turning', a2, b1);
    await rotate(b1, ids[0]);
    await rotate(a2, ids[1]);
    await b1.stop();
    const b2 = await start(NEXT_KEY, SEALING_KEY);
    await order('turned', a2, b2);
    // Its start has begun to seal the rest anew.
    expect(await keysWithin(knex, 20_000)).toEqual([NEXT_KEY.id]);

    // Last: the old one goes.
    await a2.stop();
    await b2.stop();
    const c = await start(NEXT_KEY);
    for (const id of ids) {
      await rotate(c, id);
    }
  });

  it('begins with the start that brings a new key', async () => {
    const knex = await databases.init('POSTGRES_18');
    const tenants = await startTenants();
    stops.push(tenants.stop);
    const before = await startPlugin({ knex, tenants, keys: [SEALING_KEY] });
    await before.ready('sealed-db');
    await before.stop();
    const after = await startPlugin({
      knex,
      tenants,
      keys: [NEXT_KEY, SEALING_KEY],
    });
    stops.push(() => after.stop());
    // Sooner than the first look of the schedule, which comes after ten seconds.
    expect(await keysWithin(knex, 4_000)).toEqual([NEXT_KEY.id]);
  });
});
