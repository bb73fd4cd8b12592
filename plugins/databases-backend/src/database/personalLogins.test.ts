import { randomUUID } from 'node:crypto';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { initTables } from '../__testUtils__/initTables';
import { insertDatabase } from './insertDatabase';
import { listOverdueLogins } from './personalLogins';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('listOverdueLogins', () => {
  let knex: Knex;
  beforeAll(async () => {
    knex = await initTables(databases);
  });

  async function addDatabase(name: string, providerId: string) {
    const id = randomUUID();
    await knex.transaction(trx =>
      insertDatabase(
        trx,
        {
          id,
          name,
          environment: 'development',
          engine: 'postgres',
          owner: 'group:default/team-orders',
          provider_id: providerId,
          external_name: name,
          created_by: 'user:default/sam',
        },
        {
          size: 'small',
          limits: {
            storageGiB: 5,
            connectionLimit: 20,
            statementTimeoutSeconds: 30,
          },
        },
      ),
    );
    return id;
  }

  /** Logins that ended so many minutes ago. */
  async function addLogins(databaseId: string, minutesAgo: number[]) {
    await knex('personal_logins').insert(
      minutesAgo.map(minutes => ({
        id: randomUUID(),
        database_id: databaseId,
        user_ref: 'user:default/sam',
        access: 'read-only',
        state: 'active',
        username: 'sam',
        created_at: knex.raw(`now() - interval '1 day'`),
        expires_at: knex.raw(`now() - ? * interval '1 minute'`, [minutes]),
      })),
    );
  }

  it('lets a provider with any number of them leave room for the others', async () => {
    const dead = await addDatabase('dead-db', 'dead');
    const alive = await addDatabase('alive-db', 'alive');
    await addLogins(
      dead,
      Array.from({ length: 250 }, (_, index) => 1_000 + index),
    );
    await addLogins(alive, [1, 3, 2, -60]);

    const overdue = await listOverdueLogins(knex);
    expect(overdue).toHaveLength(200);
    const ofAlive = overdue.filter(login => login.database_id === alive);
    const ages = ofAlive.map(({ expires_at: end }) =>
      Math.round((Date.now() - end.getTime()) / 60_000),
    );
    expect(ages).toEqual([3, 2, 1]);
  });
});
