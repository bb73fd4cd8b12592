import { TestDatabases } from '@backstage/backend-test-utils';
import { migrate } from '@slipway/operations';
import type { Knex } from 'knex';
import path from 'node:path';
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

  it('keeps a value, refuses another one for the same revision, and forgets', async () => {
    const store = SealedSecretStore.create({ knex, keys: [old] });
    await store.write(ref, 'hunter2');
    await store.write(ref, 'hunter2');
    await expect(store.write(ref, 'hunter3')).rejects.toThrow(
      'holds another value',
    );
    await store.write({ ...ref, revision: 2 }, 'hunter3');
    expect(await store.read(ref)).toBe('hunter2');
    await store.remove(ref);
    await store.remove(ref);
    await expect(store.read(ref)).rejects.toThrow('There is no revision 1');
  });

  it('holds nothing in the clear, and nothing twice the same', async () => {
    const store = SealedSecretStore.create({ knex, keys: [old] });
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
      const store = SealedSecretStore.create({ knex, keys: [old] });
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

  it('moves to a new key without touching values, and then needs only that', async () => {
    const before = SealedSecretStore.create({ knex, keys: [old] });
    for (let revision = 1; revision <= 150; revision += 1) {
      await before.write({ ...ref, revision }, `value ${revision}`);
    }
    const both = SealedSecretStore.create({ knex, keys: [fresh, old] });
    expect(await both.rewrap()).toEqual({ rewrapped: 150, unopenable: 0 });
    expect(await both.rewrap()).toEqual({ rewrapped: 0, unopenable: 0 });
    const after = SealedSecretStore.create({ knex, keys: [fresh] });
    expect(await after.read({ ...ref, revision: 150 })).toBe('value 150');
  });

  it('says what to do when the key is lost', async () => {
    await SealedSecretStore.create({ knex, keys: [old] }).write(ref, 'gone');
    const store = SealedSecretStore.create({ knex, keys: [fresh] });
    expect(await store.rewrap()).toEqual({ rewrapped: 0, unopenable: 1 });
    await expect(store.read(ref)).rejects.toThrow(
      /sealed with the key 'old', which is not configured.*rotate the credentials/,
    );
    // A new revision is not held up by the lost one.
    await store.write({ ...ref, revision: 2 }, 'new');
    expect(await store.read({ ...ref, revision: 2 })).toBe('new');
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
