import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { backupStoreConformance } from '@slipway/plugin-databases-node/testUtils';
import { FolderBackupStore } from './FolderBackupStore';
import { toStoreError } from './folderErrors';

backupStoreConformance('A folder', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'backups-'));
  return {
    large: 3_000_000,
    open: () => FolderBackupStore.create({ folder }),
    async inventory() {
      const found = await fs.readdir(folder, {
        recursive: true,
        withFileTypes: true,
      });
      return found
        .filter(each => !each.isDirectory())
        .map(each => path.join(each.parentPath, each.name));
    },
    stop: () => fs.rm(folder, { recursive: true }),
  };
});

const NAME = 'orders-db/2026-11-30.age';

describe('FolderBackupStore', () => {
  let folder: string;
  let store: FolderBackupStore;

  beforeEach(async () => {
    const temporary = await fs.mkdtemp(path.join(os.tmpdir(), 'backups-'));
    folder = path.join(temporary, 'made', 'by-the-store');
    store = FolderBackupStore.create({ folder });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await fs.rm(path.join(folder, '../..'), { recursive: true });
  });

  const write = (name: string, content: string) =>
    store.write(name, Readable.from([Buffer.from(content)]));
  const read = async (name: string) => text(await store.read(name));
  const listFiles = async () =>
    (await fs.readdir(folder, { recursive: true, withFileTypes: true }))
      .filter(each => !each.isDirectory())
      .map(each =>
        path.relative(folder, path.join(each.parentPath, each.name)),
      );

  it('keeps it for the portal alone', async () => {
    await write(NAME, 'two tents');
    const modes = [];
    for (const each of ['', 'orders-db', NAME, '.unfinished']) {
      const { mode } = await fs.stat(path.join(folder, each));
      modes.push((mode % 0o1000).toString(8));
    }
    expect(modes).toEqual(['700', '700', '600', '700']);
  });

  it('never replaces a file, whoever is first', async () => {
    await write(NAME, 'two tents');
    await expect(write(NAME, 'three tents')).rejects.toMatchObject({
      name: 'ConflictError',
    });
    expect(await read(NAME)).toBe('two tents');

    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map(content => write('race', content)),
    );
    const won = outcomes.map(({ status }) => status).indexOf('fulfilled');
    expect(outcomes.filter(each => each.status === 'rejected')).toHaveLength(3);
    expect(await read('race')).toBe('abcd'[won]);
    expect((await listFiles()).sort()).toEqual([NAME, 'race']);
  });

  it('removes what a killed writer has left, and nothing of one who lives', async () => {
    await write(NAME, 'two tents');
    const unfinished = path.join(folder, '.unfinished');
    const content = new PassThrough();
    const written = store.write('slow', content);
    while ((await fs.readdir(unfinished)).length < 1) {
      await new Promise(resolve => setTimeout(resolve, 5));
    }
    const dead = path.join(unfinished, 'dead');
    await fs.writeFile(dead, 'half a tent');
    const yesterday = new Date(Date.now() - 86_400_000);
    await fs.utimes(dead, yesterday, yesterday);
    await write('another', 'three tents');
    expect(await fs.readdir(unfinished)).toEqual([
      expect.not.stringMatching(/^dead$/),
    ]);
    content.end('four tents');
    await expect(written).resolves.toEqual({ sizeBytes: 10 });
    expect(await read('slow')).toBe('four tents');
  });

  it('does not follow links out of its folder', async () => {
    await write(NAME, 'two tents');
    const outside = path.join(folder, '..', 'outside');
    await fs.mkdir(outside);
    await fs.writeFile(path.join(outside, 'secret'), 'of another');
    await fs.symlink(outside, path.join(folder, 'led-astray'));
    await fs.symlink(path.join(outside, 'secret'), path.join(folder, 'link'));
    await fs.mkdir(path.join(folder, 'a-folder'));
    for (const name of ['led-astray/secret', 'link', 'a-folder']) {
      const [reading, removing] = [store.read(name), store.remove(name)];
      await expect(reading).rejects.toMatchObject({ name: 'TerminalError' });
      await expect(removing).rejects.toMatchObject({ name: 'TerminalError' });
    }
    await expect(write('led-astray/new', 'x')).rejects.toMatchObject({
      name: 'TerminalError',
    });
    await expect(write('link', 'x')).rejects.toMatchObject({
      name: 'ConflictError',
    });
    expect(await fs.readdir(outside)).toEqual(['secret']);
    expect(await fs.readFile(path.join(outside, 'secret'), 'utf8')).toBe(
      'of another',
    );
  });

  it('may itself be reached by a link', async () => {
    const real = path.join(folder, '..', 'real');
    await fs.mkdir(real, { recursive: true });
    await fs.symlink(real, folder);
    await write(NAME, 'two tents');
    expect(await read(NAME)).toBe('two tents');
  });

  it('says what to do when the disk is full, and keeps nothing', async () => {
    await write('small', 'x');
    const probe = await fs.open(path.join(folder, 'small'));
    const FileHandle = Object.getPrototypeOf(probe);
    await probe.close();
    const full = Object.assign(new Error(`ENOSPC, write '${folder}'`), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    for (const call of ['write', 'sync']) {
      jest.spyOn(FileHandle, call).mockRejectedValueOnce(full);
      const failure = await write(NAME, 'two tents').catch(error => error);
      expect(failure).toMatchObject({ name: 'RetryableError' });
      expect(failure.message).toMatch(/is full\. Give it more space/);
      expect(failure.message).not.toContain(folder);
      expect(await listFiles()).toEqual(['small']);
    }
    await write(NAME, 'two tents');
  });

  it('says what a person has to mend', async () => {
    await fs.mkdir(path.dirname(folder), { recursive: true });
    await fs.writeFile(folder, 'a file where the folder should be');
    await expect(write(NAME, 'x')).rejects.toMatchObject({
      name: expect.stringMatching(/TerminalError|RetryableError/),
    });
    await expect(store.read(NAME)).rejects.toMatchObject({
      name: 'TerminalError',
    });
    const told = (code: string) =>
      toStoreError(Object.assign(new Error(), { code }));
    expect(told('EROFS')).toMatchObject({ name: 'TerminalError' });
    expect(told('EACCES').message).toContain('databases.backups.folder');
    expect(told('EOPNOTSUPP').message).toContain('hard links');
    expect(told('EIO')).toMatchObject({ name: 'RetryableError' });
  });
});
