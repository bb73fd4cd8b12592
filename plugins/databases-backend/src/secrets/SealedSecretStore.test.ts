import path from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import { migrate } from '@slipway/operations';
import type { Knex } from 'knex';
import { KeyRing } from './KeyRing';
import { SealedSecretStore } from './SealedSecretStore';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const old = { id: 'old', key: Buffer.alloc(32, 1) };
const fresh = { id: 'fresh', key: Buffer.alloc(32, 2) };
const ref = { id: 'database/1/workload', revision: 1 };
const migrations = {
  directory: path.resolve(__dirname, '../../migrations'),
  tableName: 'knex_migrations',
};

describe('SealedSecretStore', () => {
  let knex: Knex;
  beforeEach(async () => {
    knex = await databases.init('POSTGRES_18');
    await migrate(knex, migrations);
  });
  const storeOf = (...keys: (typeof old)[]) =>
    SealedSecretStore.create({ knex, keys: KeyRing.create(keys) });

  it('holds nothing in the clear, and nothing twice the same', async () => {
    const store = storeOf(old);
    await store.write(ref, 'hunter2');
    await store.write({ ...ref, revision: 2 }, 'hunter2');
    const [a, b] = await knex('sealed_secrets').orderBy('revision');
    expect(a.sealed.includes('hunter2')).toBe(false);
    expect(a.sealed.equals(b.sealed)).toBe(false);
    expect(a.wrapped_key.equals(b.wrapped_key)).toBe(false);
  });

  it.each(['sealed', 'wrapped_key', 'both'])(
    'does not open %s of another row, nor a changed one',
    async column => {
      const store = storeOf(old);
      await store.write(ref, 'mine');
      await store.write({ ...ref, revision: 2 }, 'theirs');
      const theirs = await knex('sealed_secrets')
        .where({ revision: 2 })
        .first();
      const columns = column === 'both' ? ['sealed', 'wrapped_key'] : [column];
      await knex('sealed_secrets')
        .where({ revision: 1 })
        .update(Object.fromEntries(columns.map(c => [c, theirs[c]])));
      await expect(store.read(ref)).rejects.toThrow('does not open');
      for (const c of columns) {
        theirs[c][20] ^= 1;
      }
      await knex('sealed_secrets')
        .where({ revision: 2 })
        .update(Object.fromEntries(columns.map(c => [c, theirs[c]])));
      await expect(store.read({ ...ref, revision: 2 })).rejects.toThrow(
        'does not open',
      );
    },
  );

  it('says what to do when the key is lost, and goes on with new ones', async () => {
    await storeOf(old).write(ref, 'gone');
    const store = storeOf(fresh);
    await expect(store.read(ref)).rejects.toMatchObject({
      name: 'RetryableError',
      message: expect.stringMatching(
        /sealed with the key 'old', which is not configured.*rotate the credentials/,
      ),
    });
    // A new revision is not held up by the lost one.
    await store.write({ ...ref, revision: 2 }, 'new');
    expect(await store.read({ ...ref, revision: 2 })).toBe('new');
  });

  it('repeats nothing of what Postgres says', async () => {
    await knex.schema.dropTable('sealed_secrets');
    const failure = await storeOf(old)
      .write(ref, 'hunter2')
      .catch(error => error);
    expect(failure.message).toBe('Postgres refused a secret store with 42P01');
    expect(failure.cause).toBeUndefined();
  });

  it('goes away with its migration', async () => {
    await knex.migrate.rollback(migrations, true);
    const left = await knex('information_schema.tables')
      .where({ table_schema: 'public' })
      .whereNot('table_name', 'like', 'knex_migrations%');
    expect(left).toEqual([]);
    await migrate(knex, migrations);
  });
});
