import { randomUUID } from 'node:crypto';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';
import { initTables } from '../__testUtils__/initTables';
import type { DatabaseFilter } from './filters';
import { insertDatabase } from './insertDatabase';
import { listDatabases } from './readDatabases';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('listDatabases', () => {
  let knex: Knex;
  beforeEach(async () => {
    knex = await initTables(databases);
  });

  /** A database in a state, with the ends of the operations on it, the oldest first. */
  async function add(
    name: string,
    how: { state?: string; operations?: string[]; owner?: string } = {},
  ) {
    const { state = 'ready', operations = ['succeeded'] } = how;
    const id = randomUUID();
    await knex.transaction(trx =>
      insertDatabase(
        trx,
        {
          id,
          name,
          environment: 'development',
          engine: 'postgres',
          owner: `group:default/${how.owner ?? 'team-orders'}`,
          provider_id: 'shared',
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
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
    await knex('operations_resources').insert({
      id,
      kind: 'database',
      state,
      created_at: at(0),
      updated_at: at(operations.length),
    });
    for (const [minute, end] of operations.entries()) {
      await knex('operations_operations').insert({
        id: randomUUID(),
        type: 'any',
        resource_id: id,
        state: end,
        input: {},
        actor: 'user:default/sam',
        created_at: at(minute),
        updated_at: at(minute),
        ...(end !== 'running' && { finished_at: at(minute) }),
      });
    }
  }

  const namesOf = async (query: Parameters<typeof listDatabases>[1]) => {
    const { items, totalItems } = await listDatabases(knex, query);
    const names = items.map(({ name }) => name);
    expect(totalItems).toBe(names.length);
    return names;
  };

  it('knows what wants attention: what is in trouble, and what a last change failed for', async () => {
    await add('good');
    await add('in-trouble', { state: 'failed', operations: ['failed'] });
    await add('waiting', { state: 'awaiting-approval', operations: [] });
    await add('change-failed', { operations: ['succeeded', 'failed'] });
    await add('mended', { operations: ['failed', 'succeeded'] });
    await add('being-mended', { operations: ['failed', 'running'] });

    expect(await namesOf({ attention: true })).toEqual([
      'change-failed',
      'in-trouble',
      'waiting',
    ]);
    expect(await namesOf({})).toHaveLength(6);
    // It narrows what the other filters leave.
    expect(await namesOf({ attention: true, search: 'change' })).toEqual([
      'change-failed',
    ]);
    expect(
      await namesOf({ attention: true, ownedBy: ['group:default/team-data'] }),
    ).toEqual([]);
  });

  it('keeps to what a permission decision allows', async () => {
    await add('orders');
    await add('carts', { owner: 'team-storefront' });
    await add('books', { owner: 'team-payments', state: 'failed' });
    const owned = (...teams: string[]): PermissionCriteria<DatabaseFilter> => ({
      owners: teams.map(team => `group:default/${team}`),
    });
    const allowed = (
      criteria: PermissionCriteria<DatabaseFilter>,
      attention?: boolean,
    ) => namesOf({ criteria, attention });
    const orders = owned('team-orders');
    const both = owned('team-orders', 'team-payments');

    expect(await allowed(orders)).toEqual(['orders']);
    expect(await allowed(both)).toEqual(['books', 'orders']);
    expect(await allowed({ not: orders })).toEqual(['books', 'carts']);
    expect(await allowed({ allOf: [both, { not: orders }] })).toEqual([
      'books',
    ]);
    expect(
      await allowed({ anyOf: [orders, owned('team-storefront')] }),
    ).toEqual(['carts', 'orders']);
    // A filter of the caller's never widens what is allowed.
    expect(await allowed(orders, true)).toEqual([]);
    expect(await allowed(both, true)).toEqual(['books']);
  });
});
