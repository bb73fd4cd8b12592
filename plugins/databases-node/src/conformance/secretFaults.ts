import assert from 'node:assert/strict';
import { SecretStore } from '../secretStore';
import { RegisterSecretTest } from './secretStoreConformance';
import { SecretWorld } from './SecretWorld';

/** No call of a store may be longer than this, in pieces that it sends. */
const PIECES_MOST = 120;

/**
 * For stores on a server that others use too.
 *
 * @internal
 */
export function registerSharedSecretTests(register: RegisterSecretTest): void {
  register('leaves alone what is not ours', async world => {
    const { plantForeign, removeForeign } = world.shared;
    const store = world.open();
    const ref = world.ref();
    await plantForeign(ref);
    try {
      const before = await world.harness.inventory();
      await world.failure(
        store.write(ref, world.value()),
        'TerminalError',
        /not ours/,
      );
      await world.isAbsent(store, ref);
      await store.remove(ref);
      await store.removeAll(ref.id);
      assert.deepEqual(await world.harness.inventory(), before);
    } finally {
      await removeForeign(ref);
    }
  });

  register('does not wait for ever for an answer', async world => {
    const within = world.shared.answersWithinMs;
    const store = world.open();
    const [ref, value] = [world.ref(), world.value()];
    await store.write(ref, value);
    world.line.hang();
    const started = Date.now();
    await Promise.all(
      callsOf(store, ref, value).map(call =>
        world.failure(call(), 'RetryableError'),
      ),
    );
    assert.ok(Date.now() - started < within);
    world.line.restore();
    assert.equal(await store.read(ref), value);
  });
}

/** @internal */
export function registerSecretFaultTests(register: RegisterSecretTest): void {
  register('waits for a server that is down', async world => {
    const store = world.open();
    const [ref, value] = [world.ref(), world.value()];
    await store.write(ref, value);
    world.line.goDown();
    for (const call of callsOf(store, ref, value)) {
      await world.failure(call(), 'RetryableError');
    }
    world.line.restore();
    assert.equal(await store.read(ref), value);
  });

  register('writes once wherever the line is cut', async world => {
    await everywhere(world, async cut => {
      const [ref, value] = [world.ref(), world.value()];
      await cut(store => store.write(ref, value));
      await world.open().write(ref, value);
      await world.failure(
        world.open().write(ref, world.value()),
        'ConflictError',
      );
      assert.equal(await world.open().read(ref), value);
    });
  });

  register('adds a revision once wherever the line is cut', async world => {
    await everywhere(world, async cut => {
      const [{ id }, first, second] = [
        world.ref(),
        world.value(),
        world.value(),
      ];
      await world.open().write({ id, revision: 1 }, first);
      await cut(store => store.write({ id, revision: 2 }, second));
      await world.open().write({ id, revision: 2 }, second);
      assert.equal(await world.open().read({ id, revision: 1 }), first);
      assert.equal(await world.open().read({ id, revision: 2 }), second);
    });
  });

  register('forgets a revision wherever the line is cut', async world => {
    await everywhere(world, async cut => {
      const [{ id }, second] = [world.ref(), world.value()];
      await world.open().write({ id, revision: 1 }, world.value());
      await world.open().write({ id, revision: 2 }, second);
      await cut(store => store.remove({ id, revision: 1 }));
      await world.open().remove({ id, revision: 1 });
      await world.isAbsent(world.open(), { id, revision: 1 });
      assert.equal(await world.open().read({ id, revision: 2 }), second);
    });
  });

  register('forgets everything wherever the line is cut', async world => {
    await everywhere(world, async cut => {
      const { id } = world.ref();
      await world.open().write({ id, revision: 1 }, world.value());
      await world.open().write({ id, revision: 2 }, world.value());
      await cut(store => store.removeAll(id));
      await world.open().removeAll(id);
      await world.isClean();
    });
  });

  register(
    'reads whole values or none wherever the line is cut',
    async world => {
      const [ref, value] = [world.ref(), world.value('long'.repeat(4_096))];
      await world.open().write(ref, value);
      await everywhere(world, async cut => {
        const read = await cut(store => store.read(ref));
        assert.ok(read === undefined || read === value);
      });
    },
  );
}

function callsOf(
  store: SecretStore,
  ref: { id: string; revision: number },
  value: string,
) {
  return [
    () => store.read(ref),
    () => store.write(ref, value),
    () => store.remove(ref),
    () => store.removeAll(ref.id),
  ];
}

/**
 * Tries a call with the line cut before and after each piece that it sends, as
 * a kill and a lost answer would, until it gets through whole.
 */
async function everywhere(
  world: SecretWorld,
  attempt: (
    cut: <T>(
      call: (store: SecretStore) => Promise<T>,
    ) => Promise<T | undefined>,
  ) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < PIECES_MOST; at += 1) {
    const seen = { tripped: false };
    for (const delivered of [false, true]) {
      await attempt(async call => {
        const store = world.open();
        world.line.cutAt(at, { delivered });
        try {
          return await call(store);
        } catch (error) {
          world.assertTellsNoValue(error);
          assert.equal((error as Error).name, 'RetryableError');
          return undefined;
        } finally {
          seen.tripped ||= world.line.tripped;
          world.line.restore();
        }
      });
    }
    if (!seen.tripped) {
      assert.ok(at > 0, 'The line was never used');
      return;
    }
  }
  assert.fail(`A call sends more than ${PIECES_MOST} pieces`);
}
