import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { newFileKey, openingStream, sealingStream } from './sealedFile';

const BOUND = 'slipway/backup/1';
const CHUNK = 64 * 1024;
const SEALED_CHUNK = CHUNK + 16;
const REFUSED = { name: 'TerminalError', message: /not whole/ };

async function through(stream: Transform, parts: Buffer[]): Promise<Buffer> {
  const [result] = await Promise.all([
    buffer(stream),
    pipeline(Readable.from(parts, { objectMode: false }), stream),
  ]);
  return result;
}

const seal = (key: string, plain: Buffer, bound = BOUND) =>
  through(sealingStream(key, bound), cut(plain, 50_000));
const open = (key: string, sealed: Buffer, bound = BOUND, size = 50_000) =>
  through(openingStream(key, bound), cut(sealed, size));

function cut(bytes: Buffer, size: number): Buffer[] {
  const parts = [];
  for (let from = 0; from < bytes.length; from += size) {
    parts.push(bytes.subarray(from, from + size));
  }
  return parts;
}

/** The header, and the chunks one by one. */
function take(sealed: Buffer): { header: Buffer; chunks: Buffer[] } {
  const end = sealed.indexOf('\n', sealed.indexOf('\n---') + 1) + 1 + 16;
  return {
    header: sealed.subarray(0, end),
    chunks: cut(sealed.subarray(end), SEALED_CHUNK),
  };
}

/** What another implementation of the format, by the author of age, makes of it. */
async function age(code: string, input: Buffer): Promise<Buffer> {
  const run = promisify(execFile)(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { Decrypter, identityToRecipient } from 'age-encryption';
       import { buffer } from 'node:stream/consumers';
       const input = new Uint8Array(await buffer(process.stdin));
       process.stdout.write(await (${code})(input));`,
    ],
    { cwd: __dirname, encoding: 'buffer', maxBuffer: 2 ** 24 },
  );
  run.child.stdin?.end(input);
  return (await run).stdout;
}

describe('a sealed file', () => {
  it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17])(
    'gives back %d bytes',
    async size => {
      const key = newFileKey();
      const plain = randomBytes(size);
      const sealed = await seal(key, plain);
      expect(await open(key, sealed)).toEqual(plain);
      expect(await open(key, sealed, BOUND, 1_000)).toEqual(plain);
    },
  );

  it('gives back what came in parts of any length', async () => {
    const key = newFileKey();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 2.5 * CHUNK }), { maxLength: 5 }),
        fc.integer({ min: 100, max: 3 * CHUNK }),
        async (lengths, size) => {
          const parts = lengths.map(length => randomBytes(length));
          const sealed = await through(sealingStream(key, BOUND), parts);
          const plain = await open(key, sealed, BOUND, size);
          expect(plain.equals(Buffer.concat(parts))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is refused when any bit of it was altered', async () => {
    const key = newFileKey();
    const sealed = await seal(key, randomBytes(CHUNK + 500));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.integer({ min: 0, max: 400 }), fc.nat(sealed.length - 1)),
        fc.nat(7),
        async (at, bit) => {
          const altered = Buffer.from(sealed);
          altered[at] ^= 1 << bit;
          await expect(open(key, altered)).rejects.toMatchObject({
            name: 'TerminalError',
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is refused when it was cut off anywhere', async () => {
    const key = newFileKey();
    const sealed = await seal(key, randomBytes(2 * CHUNK));
    const { header } = take(sealed);
    const ends = [0, 1, header.length - 17, header.length - 1, header.length];
    ends.push(header.length + SEALED_CHUNK, sealed.length - 1);
    for (const end of ends) {
      await expect(open(key, sealed.subarray(0, end))).rejects.toMatchObject(
        REFUSED,
      );
    }
  });

  it('is refused when chunks are missing, doubled, in another order or of another file', async () => {
    const key = newFileKey();
    const { header, chunks } = take(await seal(key, randomBytes(3 * CHUNK)));
    const other = take(await seal(key, randomBytes(3 * CHUNK)));
    const [a, b, c] = chunks;
    const forgeries = [
      [b, a, c],
      [a, c],
      [a, b],
      [a, b, b, c],
      [a, b, c, c],
      [a, other.chunks[1], c],
      [a, b, c, Buffer.alloc(16)],
      [...other.chunks],
    ];
    for (const forged of forgeries) {
      await expect(
        open(key, Buffer.concat([header, ...forged])),
      ).rejects.toMatchObject(REFUSED);
    }
    expect(await open(key, Buffer.concat([header, a, b, c]))).toHaveLength(
      3 * CHUNK,
    );
  });

  it('hands on nothing of a chunk that was altered', async () => {
    const key = newFileKey();
    const sealed = await seal(key, Buffer.alloc(2 * CHUNK, 'a'));
    sealed[sealed.length - 20] ^= 1;
    const stream = openingStream(key, BOUND);
    let length = 0;
    stream.on('data', data => (length += data.length));
    await expect(
      pipeline(Readable.from(cut(sealed, 10_000)), stream),
    ).rejects.toMatchObject(REFUSED);
    expect(length).toBe(CHUNK);
  });

  it('opens only with its key, and only as what it is', async () => {
    const [key, otherKey] = [newFileKey(), newFileKey()];
    const sealed = await seal(key, Buffer.from('two tents'));
    await expect(open(otherKey, sealed)).rejects.toMatchObject(REFUSED);
    await expect(open(key, sealed, 'slipway/backup/2')).rejects.toMatchObject(
      REFUSED,
    );
  });

  it('is not bound to more than there is room for', async () => {
    const key = newFileKey();
    const bound = 'b'.repeat(200);
    const sealed = await seal(key, Buffer.from('two tents'), bound);
    expect(String(await open(key, sealed, bound))).toBe('two tents');
    expect(() => sealingStream(key, `${bound}b`)).toThrow('too long');
  });

  it('is refused when it is anything else', async () => {
    const key = newFileKey();
    for (const file of [
      Buffer.from('PGDMP'),
      Buffer.alloc(10_000),
      Buffer.from(`age-encryption.org/v1\n${'-> X '.repeat(10_000)}`),
    ]) {
      await expect(open(key, file)).rejects.toMatchObject(REFUSED);
    }
  });

  it('says of a key that is none nothing but that', () => {
    const key = newFileKey();
    for (const wrong of [key.slice(0, -1), `${key.slice(0, -1)}!`, 'secret']) {
      for (const stream of [sealingStream, openingStream]) {
        expect(() => stream(wrong, BOUND)).toThrow(
          'The key of the backup is not one, or was altered',
        );
      }
    }
    expect(() => openingStream('', BOUND)).toThrow('The backup has no key');
  });

  it('has a key of its own that every secret store takes', () => {
    const keys = Array.from({ length: 10 }, newFileKey);
    expect(new Set(keys).size).toBe(10);
    for (const key of keys) {
      expect(key).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
    }
  });

  it('is opened by age', async () => {
    const key = newFileKey();
    const plain = randomBytes(2 * CHUNK + 5);
    const sealed = await seal(key, plain);
    const opened = await age(
      `async input => {
         const decrypter = new Decrypter();
         decrypter.addIdentity('${key}');
         return decrypter.decrypt(input);
       }`,
      sealed,
    );
    expect(opened.equals(plain)).toBe(true);
  });

  it('is opened by those who recover what the portal has lost, and still by the portal', async () => {
    const key = newFileKey();
    const [ours, theirs] = JSON.parse(
      String(
        await age(
          `async () => {
             const identity = '${newFileKey()}';
             return JSON.stringify([identity, await identityToRecipient(identity)]);
           }`,
          Buffer.alloc(0),
        ),
      ),
    );
    const plain = randomBytes(CHUNK + 5);
    const others = Array.from({ length: 4 }, () => theirs);
    const sealed = await through(
      sealingStream(key, BOUND, [theirs, ...others]),
      cut(plain, 50_000),
    );
    expect(await open(key, sealed)).toEqual(plain);
    const opened = await age(
      `async input => {
         const decrypter = new Decrypter();
         decrypter.addIdentity('${ours}');
         return decrypter.decrypt(input);
       }`,
      sealed,
    );
    expect(opened.equals(plain)).toBe(true);
    // Nobody takes them away, nor adds themselves.
    const { header, chunks } = take(sealed);
    const lines = header.toString('latin1').split('\n');
    const without = Buffer.from(
      [...lines.slice(0, 5), ...lines.slice(7)].join('\n'),
      'latin1',
    );
    await expect(
      open(key, Buffer.concat([without, ...chunks])),
    ).rejects.toMatchObject(REFUSED);

    for (const wrong of [[key], ['age1x'], [...others, theirs, theirs]]) {
      expect(() => sealingStream(key, BOUND, wrong)).toThrow('not known');
    }
  });

  it('holds one chunk in memory, and passes quickly', async () => {
    const key = newFileKey();
    const megabyte = randomBytes(2 ** 20);
    const megabytes = 128;
    async function* content() {
      for (let n = 0; n < megabytes; n++) yield megabyte;
    }
    let length = 0;
    let most = 0;
    const before = process.memoryUsage().rss;
    const started = Date.now();
    await pipeline(
      content(),
      sealingStream(key, BOUND),
      openingStream(key, BOUND),
      async source => {
        for await (const data of source) {
          length += data.length;
          most = Math.max(most, process.memoryUsage().rss - before);
        }
      },
    );
    expect(length).toBe(megabytes * 2 ** 20);
    const seconds = (Date.now() - started) / 1000;
    // A machine that does a hundred times less does it wrong.
    expect(megabytes / seconds).toBeGreaterThan(5);
    expect(most).toBeLessThan(64 * 2 ** 20);
  }, 60_000);
});
