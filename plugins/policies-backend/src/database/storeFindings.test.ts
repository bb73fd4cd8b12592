import path from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import { migrate } from '@slipway/operations';
import type { Knex } from 'knex';
import { storeFindings, type ObjectFindings } from './storeFindings';

jest.setTimeout(120_000);

const THINGS = 2_000;

const found = (message: string): ObjectFindings[] =>
  Array.from({ length: THINGS }, (_, n) => ({
    source: 'catalog',
    object: {
      id: `component:default/c${n}`,
      request: {
        kind: 'Component',
        object: { metadata: { name: `c${n}` }, spec: { owner: 'team' } },
      },
    },
    findings: [
      {
        policy: 'required-owner',
        title: 'Owners',
        digest: 'd',
        mode: 'deny',
        validation: 0,
        message,
        reason: 'r',
        comply: 'c',
        failed: false,
      },
    ],
  }));

describe('findings of a sweep', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let knex: Knex;

  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    await migrate(knex, {
      directory: path.resolve(__dirname, '../../migrations'),
      tableName: 'knex_migrations',
    });
  });

  /** Rows that were changed, and how many of them without touching an index. */
  const store = (sweep: number, message: string) =>
    knex.transaction(async trx => {
      const read = async () => {
        const { rows } = await trx.raw(
          `SELECT pg_stat_get_xact_tuples_updated(oid) AS updated, pg_stat_get_xact_tuples_hot_updated(oid) AS hot
            FROM pg_class WHERE relname = 'policy_violations'`,
        );
        return { updated: Number(rows[0].updated), hot: Number(rows[0].hot) };
      };
      // Of a transaction before some may not be accounted for yet.
      const before = await read();
      await storeFindings(trx, sweep, found(message));
      const { updated, hot } = await read();
      return { updated: updated - before.updated, hot: hot - before.hot };
    });

  it('that were there before touch no index', async () => {
    expect(await store(1, 'It has no owner.')).toEqual({ updated: 0, hot: 0 });
    for (const sweep of [2, 3, 4]) {
      const { updated, hot } = await store(sweep, 'It has no owner.');
      expect(updated).toBe(THINGS);
      expect(hot).toBeGreaterThan(THINGS * 0.9);
    }
    // What says something else is found by it.
    expect((await store(5, 'It has lost its owner.')).hot).toBe(0);
  });
});
