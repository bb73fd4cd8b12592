import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isError } from '@backstage/errors';
import type { BackupStore } from '../backups';
import type { FaultyLine } from './FaultyLine';
import { jestRunner } from './jestRunner';
import type { TestRunner } from './secretTypes';

/** Real servers on a busy machine take their time. */
const TIMEOUT_MS = 120_000;

/**
 * What the suite needs to judge a store of backups from outside.
 *
 * @public
 */
export interface BackupStoreHarness {
  /** The store as one more replica has it. */
  open(): BackupStore;
  /** The names of everything in it, also of what is not whole. */
  inventory(): Promise<string[]>;
  /** Removes what is left of files whose writer was cut off from the server, as the store does when its time has come. */
  removeUnfinished?(): Promise<void>;
  /** All stores reach the server by this line; absent where there is no server. */
  line?: FaultyLine;
  /** Longer than what the store sends at once, in bytes. */
  large: number;
  /** Stops what was started. */
  stop(): Promise<void>;
}

/**
 * Registers the tests that every store of backups must pass.
 *
 * @param name - what the tests are called after
 * @param start - starts a server, or connects to one; empty each time
 * @param runner - jest's functions when left out
 * @public
 */
export function backupStoreConformance(
  name: string,
  start: () => Promise<BackupStoreHarness>,
  runner: TestRunner = jestRunner(TIMEOUT_MS),
): void {
  runner.describe(`${name} as a store of backups`, () => {
    let harness: BackupStoreHarness;
    const isEmpty = async () =>
      // A list of this realm: jest has several.
      assert.deepEqual([...(await harness.inventory())], []);
    const names: string[] = [];
    runner.before(async () => {
      harness = await start();
    });
    runner.afterEach(async () => {
      harness.line?.restore();
      const store = harness.open();
      for (const each of names.splice(0)) await store.remove(each);
      await isEmpty();
    });
    runner.after(() => harness.stop());

    const newName = () => {
      const made = `a-database/${randomBytes(6).toString('hex')}.age`;
      names.push(made);
      return made;
    };
    const it = (title: string, body: () => Promise<void>) =>
      runner.it(title, { timeout: TIMEOUT_MS }, body);

    it('keeps what it is given, however long', async () => {
      for (const size of [0, 1, 100_000, harness.large]) {
        const [file, content] = [newName(), randomBytes(size)];
        assert.deepEqual(await harness.open().write(file, cut(content)), {
          sizeBytes: size,
        });
        const kept = await buffer(await harness.open().read(file));
        assert.ok(kept.equals(content), `${size} bytes`);
        await harness.open().remove(file);
      }
    });

    it('never replaces a file, whoever has begun first', async () => {
      const store = harness.open();
      for (const size of [10, harness.large]) {
        const file = newName();
        const [first, second] = [randomBytes(size), randomBytes(size)];
        const content = new PassThrough();
        const begun = outcome(store.write(file, content));
        content.write(second);
        await sleep(150);
        await harness.open().write(file, cut(first));
        content.end();
        assert.equal(await begun, 'ConflictError');
        assert.equal(
          await outcome(store.write(file, cut(second))),
          'ConflictError',
        );
        assert.ok((await buffer(await store.read(file))).equals(first));
        await store.remove(file);
      }
    });

    it('keeps nothing of what failed', async () => {
      const store = harness.open();
      for (const size of [10, harness.large]) {
        const file = newName();
        const content = new PassThrough();
        const written = store.write(file, content);
        content.write(randomBytes(size));
        sleep(100).then(() =>
          content.destroy(new RangeError('it was cut off')),
        );
        await assert.rejects(written, /it was cut off/);
        assert.equal(await outcome(store.read(file)), 'NotFoundError');
        await isEmpty();
      }
      const failed = new PassThrough();
      failed.destroy(new RangeError('it was never there'));
      await assert.rejects(store.write(newName(), failed));
      await isEmpty();
    });

    it('stops, and keeps nothing', async () => {
      const store = harness.open();
      for (const size of [10, harness.large]) {
        for (const after of [0, 150]) {
          const stop = new AbortController();
          const content = new PassThrough();
          const { signal } = stop;
          const written = store.write(newName(), content, { signal });
          content.write(randomBytes(size));
          sleep(after).then(() => stop.abort());
          assert.equal(await outcome(written), 'RetryableError');
          assert.ok(content.destroyed);
        }
      }
      await isEmpty();
    });

    it('stops reading', async () => {
      const store = harness.open();
      const file = newName();
      await store.write(file, cut(randomBytes(harness.large)));
      const stop = new AbortController();
      const content = await store.read(file, { signal: stop.signal });
      stop.abort();
      assert.notEqual(await outcome(buffer(content)), 'done');
      // Whoever has enough of it just leaves.
      (await store.read(file)).destroy();
    });

    it('has nothing that was not written, or was removed', async () => {
      const store = harness.open();
      const file = newName();
      assert.equal(await outcome(store.read(file)), 'NotFoundError');
      await store.remove(file);
      await store.write(file, cut(Buffer.from('two tents')));
      await store.remove(file);
      await store.remove(file);
      assert.equal(await outcome(store.read(file)), 'NotFoundError');
      await store.write(file, cut(Buffer.from('three tents')));
      assert.equal(String(await buffer(await store.read(file))), 'three tents');
    });

    it('takes the names that every store takes, and no others', async () => {
      const store = harness.open();
      const good = ['a', '-', 'b/c/d-e/0.tar.gz', `x/${'y'.repeat(190)}.age`];
      for (const file of good) {
        names.push(file);
        await store.write(file, cut(Buffer.from(file)));
      }
      for (const file of good) {
        assert.equal(String(await buffer(await store.read(file))), file);
      }
      const bad = ['', '/a', 'a/', 'a//b', '../a', 'a/../b', 'A', 'a b', 'a\0'];
      for (const file of [...bad, `${'a'.repeat(201)}`, '.a', 'ä', 'a?b#c']) {
        const content = cut(Buffer.from('x'));
        const calls = [
          store.write(file, content),
          store.read(file),
          store.remove(file),
        ];
        assert.deepEqual(
          [file, ...(await Promise.all(calls.map(outcome)))],
          [file, 'InputError', 'InputError', 'InputError'],
        );
        assert.ok(content.destroyed);
      }
    });

    it('waits for a server that is down, and does it then', async () => {
      const { line } = harness;
      if (!line) return;
      const store = harness.open();
      const file = newName();
      line.goDown();
      for (const call of [
        () => store.write(file, cut(Buffer.from('two tents'))),
        () => store.read(file),
        () => store.remove(file),
      ]) {
        assert.equal(await outcome(call()), 'RetryableError');
      }
      line.restore();
      await store.write(file, cut(Buffer.from('two tents')));
      assert.equal(String(await buffer(await store.read(file))), 'two tents');
    });

    it('says when the server goes in the middle of it', async () => {
      const { line } = harness;
      if (!line) return;
      const store = harness.open();
      const file = newName();
      const content = new PassThrough();
      const written = outcome(store.write(file, content));
      content.write(randomBytes(harness.large));
      await sleep(200);
      line.goDown();
      content.end(randomBytes(harness.large));
      assert.equal(await written, 'RetryableError');
      line.restore();
      assert.equal(await outcome(store.read(file)), 'NotFoundError');
      // What the server still has of it is in the way of nobody.
      await harness.open().write(file, cut(Buffer.from('two tents')));
      const reading = await store.read(file);
      assert.equal(String(await buffer(reading)), 'two tents');
      await harness.removeUnfinished?.();
    });
  });
}

function cut(bytes: Buffer): Readable {
  const parts = [];
  for (let from = 0; from < bytes.length; from += 60_000) {
    parts.push(bytes.subarray(from, from + 60_000));
  }
  return Readable.from(parts, { objectMode: false });
}

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    return isError(error) ? error.name : 'unknown';
  }
}
