import { TestDatabases } from '@backstage/backend-test-utils';
import type { SecretStore } from '@slipway/plugin-databases-node';
import { initTables } from '../__testUtils__/initTables';
import { KeyRing } from './KeyRing';
import { SealedSecretStore } from './SealedSecretStore';
import { SecretStores } from './SecretStores';

jest.setTimeout(60_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const id = 'database/1/workload';

/** A store on a database of its own, under another name. */
async function storeCalled(name: string): Promise<SecretStore> {
  const store = SealedSecretStore.create({
    knex: await initTables(databases),
    keys: KeyRing.create([{ id: 'k', key: Buffer.alloc(32, 7) }]),
  });
  return {
    id: name,
    title: name,
    write: (...args) => store.write(...args),
    read: (...args) => store.read(...args),
    remove: (...args) => store.remove(...args),
    removeAll: (...args) => store.removeAll(...args),
  };
}

async function setUp() {
  const stores = new SecretStores();
  const [before, now] = [await storeCalled('before'), await storeCalled('now')];
  stores.addSecretStore(before);
  stores.addSecretStore(now);
  return { stores, before, now };
}

describe('SecretStores', () => {
  it('gives the store that is configured, and names those that are there', async () => {
    const { stores, before, now } = await setUp();
    expect(stores.choose({ store: 'now', previous: [] })).toBe(now);
    expect(() => stores.addSecretStore(before)).toThrow(
      "There are two stores of secrets with the id 'before'",
    );
    expect(() => stores.choose({ store: 'vault', previous: [] })).toThrow(
      "databases.secrets.store is 'vault', which is not there. There are: before, now",
    );
    expect(() => stores.choose({ store: 'now', previous: ['aws'] })).toThrow(
      "databases.secrets.previous.0 is 'aws'",
    );
  });

  it('moves from one store to another, secret by secret', async () => {
    const { stores, before, now } = await setUp();
    await before.write({ id, revision: 1 }, 'first');
    await before.write({ id, revision: 2 }, 'second');
    const both = stores.choose({ store: 'now', previous: ['before'] });
    expect(both).toMatchObject({ id: 'now', title: 'now' });

    // A step that is repeated after the change finds what it wrote before.
    await both.write({ id, revision: 2 }, 'second');
    await expect(both.write({ id, revision: 2 }, 'other')).rejects.toThrow(
      'holds another value',
    );
    await expect(now.read({ id, revision: 2 })).rejects.toThrow('no revision');

    await both.write({ id, revision: 3 }, 'third');
    await expect(before.read({ id, revision: 3 })).rejects.toThrow(
      'no revision',
    );
    expect(await both.read({ id, revision: 1 })).toBe('first');
    expect(await both.read({ id, revision: 3 })).toBe('third');
    await both.remove({ id, revision: 1 });
    await expect(both.read({ id, revision: 1 })).rejects.toMatchObject({
      name: 'NotFoundError',
    });
    await both.removeAll(id);
    for (const store of [before, now]) {
      for (const revision of [1, 2, 3]) {
        await expect(store.read({ id, revision })).rejects.toMatchObject({
          name: 'NotFoundError',
        });
      }
    }
  });
});
