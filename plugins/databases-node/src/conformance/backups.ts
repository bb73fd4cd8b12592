import { PassThrough, Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { DatabaseDump } from '../backups';
import type { WriteContext } from '../provider';
import type { Subject, World } from './World';

/** A dump as a portal keeps it. */
interface Kept extends DatabaseDump {
  bytes: Buffer;
}

/**
 * Registers the tests of backups; a provider without them passes.
 * @internal
 */
export function registerBackupTests(current: () => World): void {
  /** Of a provider that makes backups; there is nothing to show of another. */
  const whereOffered = (test: (world: World) => Promise<void>) => async () => {
    const world = current();
    const { backup, restore } = world.provider.capabilities();
    if (backup || restore) {
      expect([backup, restore]).toEqual([true, true]);
      await test(world);
    }
  };

  const backUp = async (
    world: World,
    { target }: Subject,
    context: WriteContext = world.context(),
  ): Promise<Kept> => {
    const sink = new PassThrough();
    const [bytes, dump] = await Promise.all([
      buffer(sink),
      world.provider.backup!(target, sink, context),
    ]);
    return { ...dump, bytes };
  };

  const restore = (
    world: World,
    { target }: Subject,
    { format, bytes }: Pick<Kept, 'format' | 'bytes'>,
    context: WriteContext = world.context(),
  ) =>
    world.provider.restore!(
      target,
      { format, content: Readable.from(cut(bytes)) },
      context,
    );

  const filled = async (world: World, values: Record<string, string>) => {
    const subject = await world.provision();
    const login = await world.activate(subject);
    const session = await world.connect(login);
    for (const [key, value] of Object.entries(values)) {
      await session.write(key, value);
    }
    return { subject, login, session };
  };

  describe('backups', () => {
    it(
      'writes down what is restored into another database, which works as any',
      whereOffered(async world => {
        const source = await filled(world, {
          'order-1': 'two tents',
          'order-2': 'ünusual: \'"\\\n\t€',
        });
        const dump = await backUp(world, source.subject);
        expect(dump.bytes.length).toBeGreaterThan(0);
        expect(dump.serverVersion).toMatch(/^\d+/);
        expect(Object.keys(dump.contents).length).toBeGreaterThan(0);
        await source.session.write('order-3', 'after the backup');

        const copy = await world.provision();
        const login = await world.activate(copy);
        await expect(restore(world, copy, dump)).resolves.toEqual({
          contents: dump.contents,
        });
        const session = await world.connect(login);
        expect(await session.read('order-1')).toBe('two tents');
        expect(await session.read('order-2')).toBe('ünusual: \'"\\\n\t€');
        expect(await session.read('order-3')).toBeUndefined();
        await session.write('order-1', 'three tents');
        expect(await source.session.read('order-1')).toBe('two tents');
        await expect(
          world.provider.observe(copy.target, { spec: copy.spec }),
        ).resolves.toMatchObject({ status: 'present', drift: [] });
      }),
    );

    it(
      'leaves nothing else behind, at the source as at the copy',
      whereOffered(async world => {
        const source = await filled(world, { 'order-1': 'two tents' });
        const copy = await world.provision();
        // Fences that later calls only raise are noted beforehand.
        const context = world.context();
        await world.provider.adopt(source.subject.target, context);
        await world.provider.adopt(copy.target, context);
        const before = await world.harness.inventory();
        const dump = await backUp(world, source.subject, context);
        expect(await world.harness.inventory()).toEqual(before);
        expect(await source.session.isAlive()).toBe(true);
        await restore(world, copy, dump, context);
        expect(await world.harness.inventory()).toEqual(before);
      }),
    );

    it(
      'restores again in place of what is there',
      whereOffered(async world => {
        const { subject, session } = await filled(world, {
          'order-1': 'two tents',
        });
        const dump = await backUp(world, subject);
        await session.write('order-1', 'three tents');
        await session.write('order-2', 'a stove');
        await session.close();
        for (let attempt = 0; attempt < 2; attempt++) {
          const { contents } = await restore(world, subject, dump);
          expect(contents).toEqual(dump.contents);
        }
        const login = await world.activate(subject, 'b');
        const again = await world.connect(login);
        expect(await again.read('order-1')).toBe('two tents');
        expect(await again.read('order-2')).toBeUndefined();
      }),
    );

    it(
      'backs an empty database up, and a suspended one',
      whereOffered(async world => {
        const empty = await world.provision();
        const nothing = await backUp(world, empty);
        const { subject } = await filled(world, { 'order-1': 'two tents' });
        await world.provider.suspend(subject.target, world.context());
        const dump = await backUp(world, subject);
        await expect(
          world.provider.observe(subject.target),
        ).resolves.toMatchObject({ suspended: true });

        const copy = await world.provision();
        const { contents } = await restore(world, copy, dump);
        expect(contents).toEqual(dump.contents);
        await expect(restore(world, copy, nothing)).resolves.toEqual({
          contents: nothing.contents,
        });
      }),
    );

    it(
      'makes several backups at once',
      whereOffered(async world => {
        const one = await filled(world, { 'order-1': 'two tents' });
        const two = await filled(world, { 'order-1': 'a stove' });
        const context = world.context();
        const dumps = await Promise.all(
          [one, one, two].map(({ subject }) => backUp(world, subject, context)),
        );
        const seen = [];
        for (const dump of dumps) {
          const copy = await world.provision();
          const login = await world.activate(copy);
          await restore(world, copy, dump);
          seen.push(await (await world.connect(login)).read('order-1'));
        }
        expect(seen).toEqual(['two tents', 'two tents', 'a stove']);
      }),
    );

    it(
      'gives nobody of the source anything at the copy',
      whereOffered(async world => {
        const source = await filled(world, { 'order-1': 'two tents' });
        const dump = await backUp(world, source.subject);
        const copy = await world.provision();
        const login = await world.activate(copy);
        await restore(world, copy, dump);
        for (const [mine, other] of [
          [login, source.login],
          [source.login, login],
        ]) {
          expect(
            await world.isRefused({ ...mine, endpoint: other.endpoint }),
          ).toBe(true);
        }
        await world.provider.destroy(source.subject.target, world.context());
        const session = await world.connect(login);
        expect(await session.read('order-1')).toBe('two tents');
      }),
    );

    it(
      'refuses a dump that is not whole, and hands nothing of it over',
      whereOffered(async world => {
        const source = await filled(world, {
          'order-1': 'two tents',
          'order-2': 'a stove',
        });
        const dump = await backUp(world, source.subject);
        const copy = await world.provision();
        const login = await world.activate(copy);
        const context = world.context();
        await world.provider.adopt(copy.target, context);
        const before = await world.harness.inventory();
        const { length } = dump.bytes;
        const broken = {
          empty: Buffer.alloc(0),
          begun: dump.bytes.subarray(0, 40),
          half: dump.bytes.subarray(0, length / 2),
          'nearly whole': dump.bytes.subarray(0, length - 10),
          'something else': Buffer.from('not a dump at all\n'.repeat(100)),
        };
        for (const [name, bytes] of Object.entries(broken)) {
          const outcome = await restore(
            world,
            copy,
            { ...dump, bytes },
            context,
          ).then(
            () => 'done',
            error => error.name,
          );
          expect([name, outcome]).toEqual([name, 'TerminalError']);
        }
        const odd = { ...dump, format: 'of another engine' };
        await expect(restore(world, copy, odd, context)).rejects.toMatchObject({
          name: 'TerminalError',
        });
        expect(await world.harness.inventory()).toEqual(before);
        const { contents } = await restore(world, copy, dump, context);
        expect(contents).toEqual(dump.contents);
        const session = await world.connect(login);
        expect(await session.read('order-2')).toBe('a stove');
      }),
    );

    it(
      'ends with the error of what it reads from or writes to, and leaves no login',
      whereOffered(async world => {
        const source = await filled(world, { 'order-1': 'two tents' });
        const copy = await world.provision();
        const dump = await backUp(world, source.subject);
        const context = world.context();
        await world.provider.adopt(source.subject.target, context);
        await world.provider.adopt(copy.target, context);
        const before = await world.harness.inventory();

        const full = new Writable({
          write: (_data, _encoding, done) =>
            done(new RangeError('the store is full')),
        });
        await expect(
          world.provider.backup!(source.subject.target, full, context),
        ).rejects.toThrow('the store is full');
        expect(full.destroyed).toBe(true);

        const content = Readable.from(
          (async function* half() {
            yield dump.bytes.subarray(0, dump.bytes.length / 2);
            throw new RangeError('the file was altered');
          })(),
        );
        await expect(
          world.provider.restore!(
            copy.target,
            { format: dump.format, content },
            context,
          ),
        ).rejects.toThrow('the file was altered');
        expect(await world.harness.inventory()).toEqual(before);
      }),
    );

    it(
      'believes a dump only when all of what it reads from has ended well',
      whereOffered(async world => {
        const source = await filled(world, { 'order-1': 'two tents' });
        const copy = await world.provision();
        const dump = await backUp(world, source.subject);
        const content = Readable.from(
          (async function* allButTheProof() {
            yield dump.bytes;
            await new Promise(resolve => setTimeout(resolve, 300));
            throw new RangeError('the last part was altered');
          })(),
        );
        await expect(
          world.provider.restore!(
            copy.target,
            { format: dump.format, content },
            world.context(),
          ),
        ).rejects.toThrow('the last part was altered');
      }),
    );

    it(
      'stops, and leaves no login',
      whereOffered(async world => {
        const source = await filled(world, { 'order-1': 'two tents' });
        const copy = await world.provision();
        const dump = await backUp(world, source.subject);
        const context = world.context();
        await world.provider.adopt(source.subject.target, context);
        await world.provider.adopt(copy.target, context);
        const before = await world.harness.inventory();
        const stopped = async (
          work: (context: WriteContext) => Promise<unknown>,
        ) => {
          for (const after of [0, 300]) {
            const stop = new AbortController();
            const working = work({ ...context, signal: stop.signal });
            setTimeout(() => stop.abort(), after);
            await expect(working).rejects.toMatchObject({
              name: 'RetryableError',
            });
          }
        };
        // Nobody takes what is written, and nothing more comes to be read: neither ends by itself.
        await stopped(withSignal =>
          world.provider.backup!(
            source.subject.target,
            new Writable({ highWaterMark: 1, write() {} }),
            withSignal,
          ),
        );
        await stopped(withSignal => {
          const content = new PassThrough();
          content.write(dump.bytes.subarray(0, 100));
          return world.provider.restore!(
            copy.target,
            { format: dump.format, content },
            withSignal,
          );
        });
        expect(await world.harness.inventory()).toEqual(before);
        expect(await source.session.isAlive()).toBe(true);
      }),
    );

    it(
      'is ended by who suspends the database',
      whereOffered(async world => {
        const { subject } = await filled(world, { 'order-1': 'two tents' });
        const before = (await world.harness.inventory()).length;
        // Nobody takes what is written.
        const sink = new Writable({ highWaterMark: 1, write() {} });
        const backing = world.provider.backup!(
          subject.target,
          sink,
          world.context(),
        ).catch(error => error.name);
        while ((await world.harness.inventory()).length === before) {
          await new Promise(resolve => setTimeout(resolve, 20));
        }
        await world.provider.suspend(subject.target, world.context());
        expect(await backing).toMatch(/^(RetryableError|StaleFenceError)$/);
        expect(await world.harness.inventory()).toHaveLength(before);
      }),
    );
  });
}

function cut(bytes: Buffer): Buffer[] {
  const parts = [];
  for (let from = 0; from < bytes.length; from += 1_000) {
    parts.push(bytes.subarray(from, from + 1_000));
  }
  return parts;
}
