import path from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import { migrate } from '@slipway/operations';
import type { Knex } from 'knex';
import { countViolations } from './listViolations';
import { searchViolations } from './searchViolations';

jest.setTimeout(120_000);

const ROWS = 50_000;

describe('the search in violations', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let knex: Knex;

  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    await migrate(knex, {
      directory: path.resolve(__dirname, '../../migrations'),
      tableName: 'knex_migrations',
    });
    await knex.raw(
      `INSERT INTO policy_violations (id, source, object_id, kind, name, policy, title, digest, mode, severity, message, reason,
          comply, failed, first_seen, last_seen, sweep)
        SELECT gen_random_uuid(), 'catalog', n::text, 'Component', 'service-' || n, 'required-owner', 'Owners', 'd', 'deny', 0,
          CASE WHEN n % 10000 = 0 THEN 'Nobody knows the Ärzte_portal of component:default/x' ELSE 'It has no owner.' END,
          'r', 'c', false, now(), now(), 1
        FROM generate_series(1, ?) AS n`,
      [ROWS],
    );
    await knex.raw('VACUUM ANALYZE policy_violations');
  });

  const count = (search: string) => countViolations(knex, { search });

  it.each([
    // That one, and 47110 to 47119.
    ['service-4711', 11],
    ['SERVICE 4711', 11],
    ['ärzte', 5],
    ['portal', 5],
    ['component:default', 5],
    ['nobody kno', 5],
    ['required-own', ROWS],
    ['owner portal', 5],
    ['wner', 0],
    ['%', 0],
    [`'`, 0],
    // It stays words, whatever stands between them.
    [`it's & | ! <-> \\ ():*`, ROWS - 5],
  ])('finds for %j what has such words: %d', async (search, expected) => {
    expect(await count(search)).toBe(expected);
  });

  it('goes by the index', async () => {
    const query = knex('policy_violations as v')
      .whereNull('v.resolved_at')
      .count();
    searchViolations(query, 'service-4711');
    const { sql, bindings } = query.toSQL();
    const { rows } = await knex.raw(`EXPLAIN ${sql}`, [...bindings]);
    const plan = rows
      .map((row: Record<string, string>) => row['QUERY PLAN'])
      .join('\n');
    expect(plan).toContain('policy_violations_search');
    expect(plan).not.toContain('Seq Scan');
  });
});
