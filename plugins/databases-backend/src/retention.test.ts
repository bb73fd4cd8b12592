import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import { randomUUID } from 'node:crypto';
import { order, startPlugin } from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Makes everything old that was written so far, as only a superuser's hand can. */
async function age(knex: Knex, days: number) {
  await knex.transaction(async trx => {
    await trx.raw(`SET LOCAL session_replication_role = 'replica'`);
    for (const [table, column] of [
      ['operations_events', 'created_at'],
      ['operations_resources', 'updated_at'],
    ]) {
      await trx(table).update({
        [column]: trx.raw(`?? - ? * interval '1 day'`, [column, days]),
      });
    }
  });
}

const login = (databaseId: string, state: string, endedDaysAgo?: number) => ({
  id: randomUUID(),
  database_id: databaseId,
  user_ref: 'user:default/sam',
  access: 'read-only',
  state,
  created_at: new Date(0),
  expires_at: new Date('2099-01-01'),
  revoked_at:
    endedDaysAgo === undefined
      ? null
      : new Date(Date.now() - endedDaysAgo * 24 * 3600 * 1000),
});

it('removes what nobody needs any more, and nothing of what is in use', async () => {
  const knex = await databases.init('POSTGRES_18');
  const plugin = await startPlugin({
    knex,
    tenants: { port: 1, password: 'x' },
  });
  stops.push(() => plugin.stop());
  const place = async (name: string): Promise<string> => {
    const { body } = await plugin.sam
      .post('/databases', order(name))
      .expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'waiting');
    return body.database.id;
  };
  const live = await place('live-db');
  const gone = await place('gone-db');
  await plugin.sam.post(`/databases/${gone}/cancel`).expect(202);
  await knex('personal_logins').insert([
    login(live, 'active'),
    login(live, 'revoked', 399),
    login(live, 'revoked', 401),
    login(gone, 'expired', 401),
    login(gone, 'failed', 401),
  ]);
  const eventsOf = async (id: string) =>
    (await plugin.sam.get(`/databases/${id}/events`)).body.items.length;
  const before = await eventsOf(live);

  await age(knex, 399);
  await plugin.scheduler.triggerTask('databases-retention');
  expect(await eventsOf(gone)).toBeGreaterThan(0);

  await age(knex, 2);
  await plugin.scheduler.triggerTask('databases-notify');
  await waitFor(async () => {
    await plugin.scheduler.triggerTask('databases-retention');
    return (await eventsOf(gone)) === 0;
  });
  expect(await eventsOf(live)).toBeGreaterThanOrEqual(before);
  expect(await knex('personal_logins').orderBy('state').pluck('state')).toEqual(
    ['active', 'revoked'],
  );
  const { body } = await plugin.sam.get(`/databases/${gone}`).expect(200);
  expect(body).toMatchObject({ name: 'gone-db', state: 'deleted' });
});
