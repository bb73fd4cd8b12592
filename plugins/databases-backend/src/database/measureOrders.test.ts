import { randomUUID } from 'node:crypto';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { initTables } from '../__testUtils__/initTables';
import { measureOrders } from './measureOrders';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const shared = { providerId: 'shared', environment: 'development' };

describe('measureOrders', () => {
  let knex: Knex;
  let minutes = 0;
  beforeEach(async () => {
    knex = await initTables(databases);
  });

  /** An order, one minute after the one before, that took so many seconds. */
  async function ordered(
    seconds: number,
    how: { type?: string; state?: string; environment?: string } = {},
  ) {
    const { environment = 'development', type = 'create' } = how;
    const id = randomUUID();
    minutes += 1;
    const at = new Date(Date.UTC(2026, 0, 1, 0, minutes));
    const end = new Date(at.getTime() + seconds * 1000);
    await knex('databases').insert({
      id,
      name: id,
      environment,
      engine: 'postgres',
      owner: 'group:default/team-orders',
      provider_id: 'shared',
      external_name: id,
      revision: 1,
      created_by: 'user:default/sam',
      created_at: at,
    });
    await knex('operations_resources').insert({
      id,
      kind: 'database',
      state: 'ready',
      created_at: at,
      updated_at: end,
    });
    await knex('operations_operations').insert({
      id: randomUUID(),
      type,
      resource_id: id,
      state: how.state ?? 'succeeded',
      input: {},
      actor: 'user:default/sam',
      created_at: at,
      updated_at: end,
      finished_at: end,
    });
  }

  it('says nothing of fewer than three orders, and the median of more', async () => {
    for (const seconds of [4, 60]) await ordered(seconds);
    expect(await measureOrders(knex, [shared])).toEqual([]);
    await ordered(5.25);
    expect(await measureOrders(knex, [shared])).toEqual([
      { ...shared, medianSeconds: 5.3, measuredOrders: 3 },
    ]);
    expect(await measureOrders(knex, [])).toEqual([]);
  });

  it('counts only orders of the place that succeeded', async () => {
    for (const seconds of [2, 4, 6]) await ordered(seconds);
    for (const other of [
      { state: 'failed' },
      { type: 'rotate' },
      { environment: 'staging' },
    ]) {
      for (const seconds of [90, 91]) await ordered(seconds, other);
    }
    expect(
      await measureOrders(knex, [
        shared,
        { ...shared, environment: 'staging' },
        { ...shared, providerId: 'elsewhere' },
      ]),
    ).toEqual([{ ...shared, medianSeconds: 4, measuredOrders: 3 }]);
  });

  it('looks at the newest', async () => {
    for (let i = 0; i < 60; i += 1) await ordered(100);
    for (let i = 0; i < 26; i += 1) await ordered(7);
    expect(await measureOrders(knex, [shared])).toEqual([
      { ...shared, medianSeconds: 7, measuredOrders: 50 },
    ]);
  });
});
