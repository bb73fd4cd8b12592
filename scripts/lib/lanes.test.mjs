import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInLanes } from './lanes.mjs';

/** Items that end when they are told to, and what began and ended in which order. */
function start(items, cores, signal) {
  const log = [];
  const ends = new Map();
  const done = runInLanes(items, {
    cores,
    signal,
    coresOf: ([, wanted]) => wanted,
    run: ([name]) => {
      log.push(`begin ${name}`);
      return new Promise(resolve => {
        ends.set(name, () => {
          log.push(`end ${name}`);
          resolve(name);
        });
      });
    },
  });
  const end = async name => {
    ends.get(name)();
    await new Promise(setImmediate);
  };
  return { log, end, done };
}

describe('runInLanes', () => {
  it('runs what fits side by side, and lets nothing overtake', async () => {
    const { log, end, done } = start(
      [
        ['a', 1],
        ['b', 1],
        ['wide', 2],
        ['c', 1],
      ],
      2,
    );
    await new Promise(setImmediate);
    assert.deepEqual(log, ['begin a', 'begin b']);
    await end('b');
    assert.deepEqual(log.slice(2), ['end b']);
    await end('a');
    assert.deepEqual(log.slice(3), ['end a', 'begin wide']);
    await end('wide');
    await end('c');
    assert.deepEqual(await done, ['a', 'b', 'wide', 'c']);
  });

  it('runs one that wants more than there is alone', async () => {
    const { log, end, done } = start(
      [
        ['wide', 2],
        ['a', 1],
      ],
      1,
    );
    await new Promise(setImmediate);
    assert.deepEqual(log, ['begin wide']);
    await end('wide');
    await end('a');
    await done;
  });

  it('starts nothing more once it is stopped', async () => {
    const stop = new AbortController();
    const { log, end, done } = start(
      [
        ['a', 1],
        ['b', 1],
      ],
      1,
      stop.signal,
    );
    await new Promise(setImmediate);
    stop.abort();
    await end('a');
    assert.deepEqual(await done, ['a']);
    assert.deepEqual(log, ['begin a', 'end a']);
  });

  it('tells of a failure', async () => {
    await assert.rejects(
      runInLanes([1], {
        cores: 1,
        coresOf: () => 1,
        run: async () => {
          throw new Error('no');
        },
      }),
      /no/,
    );
  });
});
