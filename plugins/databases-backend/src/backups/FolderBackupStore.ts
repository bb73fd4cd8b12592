import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import fs, { type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  checkBackupName,
  RetryableError,
  type BackupStore,
} from '@slipway/plugin-databases-node';
import { FileContent } from './FileContent';
import { asked, isSystemError, notOurs, toStoreError } from './folderErrors';

/** Where files are until they are whole. No name of a backup has a dot there. */
const UNFINISHED = '.unfinished';
/** Whoever writes a file says so at least this often, also while nothing comes. */
const SIGN_OF_LIFE_MS = 60_000;
/** After so long without, it is taken for dead. Long, for the clocks of two machines may differ. */
const DEAD_MS = 60 * 60_000;

/**
 * Backups as files in a folder.
 *
 * @remarks
 *
 * A file is written under a name that nobody knows, brought to the disk, and then
 * given its own name by a hard link, which never replaces what has that name
 * already. What a killed writer has left is removed by the next one.
 *
 * The folder may be shared by all replicas. It must not be shared with anybody
 * else: files and folders in it are for the portal's user alone.
 */
export class FolderBackupStore implements BackupStore {
  readonly id = 'folder';
  readonly title = 'A folder of the portal';
  readonly #folder: string;

  /**
   * @param options.folder - is made when the first file is written
   */
  static create(options: { folder: string }): FolderBackupStore {
    return new FolderBackupStore(path.resolve(options.folder));
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  async write(
    name: string,
    content: Readable,
    options: { signal?: AbortSignal } = {},
  ): Promise<{ sizeBytes: number }> {
    // It may fail before it is read, and an error that nobody listens to would end the process.
    content.on('error', () => {});
    try {
      checkBackupName(name);
      const unfinished = await asked(() => this.#beginFile());
      try {
        const sizeBytes = await fill(unfinished, content, options.signal);
        await asked(() => this.#giveName(unfinished, name));
        return { sizeBytes };
      } finally {
        await fs.rm(unfinished, { force: true }).catch(() => {
          // The next one removes it.
        });
      }
    } catch (error) {
      // Otherwise whoever writes into it would wait for ever.
      content.destroy();
      throw error;
    }
  }

  async read(
    name: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<Readable> {
    checkBackupName(name);
    const file = await this.#find(name);
    if (!file) {
      throw new NotFoundError(`There is no backup '${name}' in the folder`);
    }
    const flags = constants.O_RDONLY + constants.O_NOFOLLOW;
    const handle = await asked(() => fs.open(file, flags));
    return new FileContent(handle, options.signal);
  }

  async remove(name: string): Promise<void> {
    checkBackupName(name);
    const file = await this.#find(name);
    if (!file) return;
    await asked(async () => {
      await fs.rm(file, { force: true });
      await syncFolder(path.dirname(file));
    });
  }

  /** The path of a file, unless there is none. */
  async #find(name: string): Promise<string | undefined> {
    const file = path.join(this.#folder, name);
    try {
      await this.#checkParent(file);
      if (!(await fs.lstat(file)).isFile()) throw notOurs();
      return file;
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw isSystemError(error) ? toStoreError(error) : error;
    }
  }

  /** The path of a new file without a name, in a folder from which what the dead have left is removed. */
  async #beginFile(): Promise<string> {
    const folder = path.join(this.#folder, UNFINISHED);
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    await this.#checkParent(path.join(folder, 'any'));
    for (const each of await fs.readdir(folder)) {
      const left = path.join(folder, each);
      // Another one may be removing it as well.
      const found = await fs.lstat(left).catch(ignoreGone);
      if (found?.isFile() && Date.now() - found.mtimeMs > DEAD_MS) {
        await fs.rm(left, { force: true });
      }
    }
    return path.join(folder, randomUUID());
  }

  async #giveName(unfinished: string, name: string): Promise<void> {
    const file = path.join(this.#folder, name);
    const parent = path.dirname(file);
    const made = await fs.mkdir(parent, { recursive: true, mode: 0o700 });
    await this.#checkParent(file);
    try {
      await fs.link(unfinished, file);
    } catch (error) {
      if (isCode(error, 'EEXIST')) {
        throw new ConflictError(`There is a backup '${name}' already`);
      }
      if (isCode(error, 'ENOENT')) {
        throw new RetryableError(
          'The file of the backup was removed from the folder while it was written',
        );
      }
      throw error;
    }
    await syncFolder(parent);
    if (made) {
      // Each of the folders that are new is written in the one above it.
      for (let at = parent; at !== path.dirname(made);) {
        at = path.dirname(at);
        await syncFolder(at);
      }
    }
  }

  /** That the way to a file leads through folders alone: a link would lead out of ours. */
  async #checkParent(file: string): Promise<void> {
    const root = await fs.realpath(this.#folder);
    const inside = path.relative(this.#folder, path.dirname(file));
    const parent = path.join(root, inside);
    if ((await fs.realpath(parent)) !== parent) throw notOurs();
  }
}

async function fill(
  file: string,
  content: Readable,
  signal: AbortSignal | undefined,
): Promise<number> {
  const handle = await asked(() => fs.open(file, 'wx', 0o600));
  const alive = setInterval(() => {
    const now = new Date();
    // What keeps it from being said will keep the file from being written.
    handle.utimes(now, now).catch(() => {});
  }, SIGN_OF_LIFE_MS).unref();
  try {
    let sizeBytes = 0;
    await pipeline(
      content,
      async source => {
        for await (const data of source) {
          await asked(() => writeAll(handle, data));
          sizeBytes += data.length;
        }
      },
      { signal },
    );
    await asked(() => handle.sync());
    return sizeBytes;
  } catch (error) {
    throw signal?.aborted
      ? new RetryableError('Stopped before the backup was written')
      : error;
  } finally {
    clearInterval(alive);
    await handle.close().catch(() => {
      // What was written is on the disk already, or has failed.
    });
  }
}

async function writeAll(handle: FileHandle, data: Buffer): Promise<void> {
  for (let from = 0; from < data.length;) {
    // May write less than it was given.
    from += (await handle.write(data, from)).bytesWritten;
  }
}

/** That a name is on the disk, and not only what has it. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return isSystemError(error) && error.code === code;
}

function ignoreGone(error: unknown): undefined {
  if (!isCode(error, 'ENOENT')) throw error;
  return undefined;
}
