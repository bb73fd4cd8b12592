import assert from 'node:assert/strict';
import { RegisterSecretTest } from './secretStoreConformance';

const ROUNDS = 5;

/** @internal */
export function registerSecretConcurrencyTests(
  register: RegisterSecretTest,
): void {
  register('lets one of two replicas win a revision', async world => {
    const stores = [world.open(), world.open()];
    for (let round = 0; round < ROUNDS; round += 1) {
      const ref = world.ref();
      const values = [world.value(), world.value()];
      const outcomes = await Promise.allSettled(
        stores.map((store, index) => store.write(ref, values[index])),
      );
      const winners = values.filter(
        (_, index) => outcomes[index].status === 'fulfilled',
      );
      assert.equal(winners.length, 1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') {
          assert.equal(outcome.reason.name, 'ConflictError');
          world.assertTellsNoValue(outcome.reason);
        }
      }
      for (const store of stores) {
        assert.equal(await store.read(ref), winners[0]);
      }
    }
  });

  register('lets two replicas store the same at once', async world => {
    const stores = [world.open(), world.open()];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [ref, value] = [world.ref(), world.value()];
      await Promise.all(stores.map(store => store.write(ref, value)));
      assert.equal(await stores[1].read(ref), value);
    }
  });

  register(
    'loses no revision when several are written at once',
    async world => {
      const stores = [world.open(), world.open()];
      const id = world.id();
      const refs = [1, 2, 3, 4, 5, 6].map(revision => ({ id, revision }));
      await Promise.all(
        refs.map((ref, index) =>
          stores[index % 2].write(ref, `value ${ref.revision}`),
        ),
      );
      for (const ref of refs) {
        assert.equal(await stores[0].read(ref), `value ${ref.revision}`);
      }
    },
  );

  register('forgets one revision while another is written', async world => {
    const [one, two] = [world.open(), world.open()];
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = world.id();
      const value = world.value();
      await one.write({ id, revision: 1 }, world.value());
      await Promise.all([
        one.remove({ id, revision: 1 }),
        two.write({ id, revision: 2 }, value),
      ]);
      await world.isAbsent(two, { id, revision: 1 });
      assert.equal(await one.read({ id, revision: 2 }), value);
    }
  });

  register('lets two replicas forget the same at once', async world => {
    const [one, two] = [world.open(), world.open()];
    for (let round = 0; round < ROUNDS; round += 1) {
      const ref = world.ref();
      await one.write(ref, world.value());
      await Promise.all([
        one.remove(ref),
        two.remove(ref),
        one.removeAll(ref.id),
        two.removeAll(ref.id),
      ]);
      await world.isAbsent(one, ref);
    }
    await world.isClean();
  });
}
