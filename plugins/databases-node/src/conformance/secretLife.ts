import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { RegisterSecretTest } from './secretStoreConformance';

/** @internal */
export function registerSecretLifeTests(register: RegisterSecretTest): void {
  register('says what it is', async world => {
    const { id, title } = world.open();
    assert.match(id, /^[a-z][a-z0-9-]*$/);
    assert.ok(title.length > 0);
  });

  register('keeps a value for every replica', async world => {
    const [ref, value] = [world.ref(), world.value()];
    await world.open().write(ref, value);
    assert.equal(await world.open().read(ref), value);
  });

  register('takes the same value again', async world => {
    const [ref, value] = [world.ref(), world.value()];
    const store = world.open();
    await store.write(ref, value);
    const after = await world.harness.inventory();
    await store.write(ref, value);
    await world.open().write(ref, value);
    assert.deepEqual(await world.harness.inventory(), after);
  });

  register(
    'refuses another value for a revision and keeps the first',
    async world => {
      const [ref, value] = [world.ref(), world.value()];
      const store = world.open();
      await store.write(ref, value);
      const after = await world.harness.inventory();
      await world.failure(
        store.write(ref, world.value()),
        'ConflictError',
        /holds another value/,
      );
      assert.equal(await store.read(ref), value);
      assert.deepEqual(await world.harness.inventory(), after);
    },
  );

  register('knows nothing of what was never written', async world => {
    await world.isAbsent(world.open(), world.ref());
    await world.isClean();
  });

  register('keeps revisions apart, in any order', async world => {
    const store = world.open();
    const id = world.id();
    const values = new Map<number, string>();
    for (const revision of [7, 1, 2_147_483_647, 10]) {
      values.set(revision, world.value());
      await store.write({ id, revision }, values.get(revision)!);
    }
    await store.remove({ id, revision: 1 });
    values.delete(1);
    await world.isAbsent(store, { id, revision: 1 });
    await world.isAbsent(store, { id, revision: 2 });
    for (const [revision, value] of values) {
      assert.equal(await store.read({ id, revision }), value);
    }
  });

  register('forgets a revision, again and for good', async world => {
    const store = world.open();
    const ref = world.ref();
    await store.remove(ref);
    await store.write(ref, world.value());
    await store.remove(ref);
    await store.remove(ref);
    await world.open().remove(ref);
    await world.isAbsent(store, ref);
    await world.isClean();
  });

  register('takes another value for a forgotten revision', async world => {
    const store = world.open();
    const [ref, value] = [world.ref(), world.value()];
    await store.write(ref, world.value());
    await store.remove(ref);
    await store.write(ref, value);
    assert.equal(await store.read(ref), value);
    assert.equal(await world.open().read(ref), value);
  });

  register(
    'forgets all of one id and nothing of its neighbours',
    async world => {
      const store = world.open();
      const base = `database/${randomUUID()}/work`;
      const neighbours = [
        `${base}load`,
        `${base}/`,
        base.slice(0, -1),
        base.replaceAll('/', '-'),
        base.toLocaleUpperCase('en-US'),
        `${base} `,
      ].map(id => ({ id: world.id(id), revision: 1 }));
      for (const ref of neighbours) {
        await store.write(ref, `of ${ref.id}`);
      }
      for (const revision of [1, 2, 3, 12]) {
        await store.write({ id: world.id(base), revision }, world.value());
      }
      await store.removeAll(base);
      await store.removeAll(base);
      for (const revision of [1, 2, 3, 12]) {
        await world.isAbsent(store, { id: base, revision });
      }
      for (const ref of neighbours) {
        assert.equal(await store.read(ref), `of ${ref.id}`);
        await store.removeAll(ref.id);
      }
      await world.isClean();
    },
  );
}
