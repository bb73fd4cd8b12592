import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { NotFoundError } from '@backstage/errors';
import { RetryableError } from '@slipway/operations';
import type { SecretRef, SecretStore } from '@slipway/plugin-databases-node';
import { BackupVault } from './BackupVault';
import { FolderBackupStore } from './FolderBackupStore';

const DATABASE = '11111111-1111-4111-8111-111111111111';
const BACKUP = '22222222-2222-4222-8222-222222222222';
const CONTENT = 'order 4711, '.repeat(50_000);

describe('BackupVault', () => {
  let folder: string;
  let vault: BackupVault;
  let keys: Map<string, string>;
  const { signal } = new AbortController();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-vault-'));
    keys = new Map();
    vault = BackupVault.create({
      store: FolderBackupStore.create({ folder }),
      secrets: inMemory(keys),
    });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = async (sink: Writable) => {
    await pipeline(Readable.from([CONTENT]), sink);
    return 'told';
  };
  const keep = async () => {
    const name = vault.newName(DATABASE, BACKUP);
    return { name, ...(await vault.keep(name, write, { signal })) };
  };

  it('keeps what is written so that nobody reads it without the key', async () => {
    const { name, written, file } = await keep();
    expect(written).toBe('told');
    expect(file.sizeBytes).toBe(CONTENT.length);
    const stored = await readFile(join(folder, name));
    expect(stored).toHaveLength(file.storedBytes);
    expect(stored.includes('order 4711')).toBe(false);
    const opened = await vault.open({ name, sha256: file.sha256 }, { signal });
    expect(await text(opened)).toBe(CONTENT);
  });

  it('gives no two files the same name or key', async () => {
    const [a, b] = [await keep(), await keep()];
    expect(a.name).not.toBe(b.name);
    expect(new Set(keys.values()).size).toBe(2);
  });

  it('believes no file but the one that was written', async () => {
    const [a, b] = [await keep(), await keep()];
    const bytes = await readFile(join(folder, a.name));
    await rm(join(folder, a.name));
    bytes[bytes.length - 1] ^= 1;
    await writeFile(join(folder, a.name), bytes);
    const altered = await vault.open(
      { name: a.name, sha256: a.file.sha256 },
      { signal },
    );
    await expect(text(altered)).rejects.toThrow(/not the one/);
    const other = await vault.open(
      { name: b.name, sha256: a.file.sha256 },
      { signal },
    );
    await expect(text(other)).rejects.toThrow(/another one than was written/);
  });

  it('says what went wrong first, and leaves no file', async () => {
    const name = vault.newName(DATABASE, BACKUP);
    const failing = async (sink: Writable) => {
      sink.write(CONTENT);
      const error = new RetryableError('The server went away');
      sink.destroy(error);
      await finished(sink).catch(() => undefined);
      throw error;
    };
    await expect(vault.keep(name, failing, { signal })).rejects.toThrow(
      'The server went away',
    );
    expect(await filesIn(folder)).toEqual([]);
  });

  it('stops whoever writes when the place is taken', async () => {
    const name = vault.newName(DATABASE, BACKUP);
    await vault.keep(name, write, { signal });
    keys.clear();
    await expect(vault.keep(name, write, { signal })).rejects.toMatchObject({
      name: 'ConflictError',
    });
  });

  it('removes a file and the key to it, also when they are gone', async () => {
    const { name, file } = await keep();
    await vault.remove(name);
    await vault.remove(name);
    expect(keys.size).toBe(0);
    expect(await filesIn(folder)).toEqual([]);
    await expect(
      vault.open({ name, sha256: file.sha256 }, { signal }),
    ).rejects.toThrow(NotFoundError);
  });

  it('seals for those who recover what the portal has lost, too', async () => {
    vault = BackupVault.create({
      store: FolderBackupStore.create({ folder }),
      secrets: inMemory(keys),
      recipients: [
        'age1xhx6qgpfceskq0n8uyzm3xyu376ngs7p068a69y08lzwr866epqs56ulf9',
      ],
    });
    const { name, file } = await keep();
    const sealed = await readFile(join(folder, name), 'latin1');
    expect(sealed.match(/^-> X25519 /gm)).toHaveLength(2);
    const opened = await vault.open({ name, ...file }, { signal });
    expect(await text(opened)).toBe(CONTENT);
  });
});

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  return entries.filter(e => e.isFile()).map(e => e.name);
}

function inMemory(keys: Map<string, string>): SecretStore {
  const keyOf = ({ id, revision }: SecretRef) => `${id}#${revision}`;
  return {
    id: 'memory',
    title: 'Memory',
    async write(ref, value) {
      keys.set(keyOf(ref), value);
    },
    async read(ref) {
      const value = keys.get(keyOf(ref));
      if (!value) throw new NotFoundError('There is none');
      return value;
    },
    async remove(ref) {
      keys.delete(keyOf(ref));
    },
    async removeAll(id) {
      for (const key of keys.keys()) {
        if (key.startsWith(`${id}#`)) keys.delete(key);
      }
    },
  };
}
