import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  mkdir,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Advice } from '../Advice.ts';
import { readOptional } from '../files.ts';
import type { PostgresBinaries } from './binaries.ts';
import { initdb, type InitdbWatch } from './initdb.ts';
import { giveTo, type ServerUser } from './serverUser.ts';

/**
 * Makes sure of a data directory of the right major version and returns its path. A new one is made beside its place
 * and renamed when it is complete, so that a kill in between leaves nothing half made. Only one process may ask at a
 * time for the same one: what it finds half made it throws away.
 *
 * @param name - the folder's name in the data folder, such as `postgres-portal`
 * @throws {@link Advice} when the directory belongs to another major version
 */
export async function ensureDataDirectory(
  options: {
    dataDir: string;
    name: string;
    superuser: string;
    password: string;
    binaries: PostgresBinaries;
    user: ServerUser;
  },
  watch: InitdbWatch = {},
): Promise<string> {
  const { dataDir, name, superuser, password, binaries, user } = options;
  const directory = join(user.home, name);
  await removeDrafts(user.home, name);
  const version = (await readOptional(join(directory, 'PG_VERSION')))?.trim();
  if (version !== undefined) {
    if (Number(version) !== binaries.major) {
      throw new Advice(
        `${directory} was made by Postgres ${version}, and this is Postgres ${binaries.major}, which cannot read it.`,
        {
          wayOut: `Carry the data over with Postgres' own pg_dumpall of version ${version}, or throw it away with "npm run reset".`,
        },
      );
    }
    return directory;
  }
  if (existsSync(directory)) {
    throw new Advice(
      `${directory} is there, but is no Postgres data directory.`,
      {
        wayOut: 'Move it away, or throw the data away with "npm run reset".',
      },
    );
  }
  // A name of its own: what was killed with its work half done may not have noticed yet.
  const draft = `${directory}.${randomBytes(4).toString('hex')}.draft`;
  const passwordFile = `${draft.slice(0, -'.draft'.length)}.password`;
  try {
    await mkdir(draft, { mode: 0o700 });
    giveTo(user, draft);
    await writeFile(passwordFile, password, { mode: 0o600 });
    giveTo(user, passwordFile);
    const args = [
      `--pgdata=${draft}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order of strings on every machine, whatever locales it has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ];
    await initdb({ binaries, user, args }, watch);
  } catch (error) {
    await remove(draft);
    watch.signal?.throwIfAborted();
    throw explain(error, draft);
  } finally {
    await remove(passwordFile);
  }
  await rename(draft, directory);
  if (user.home !== dataDir) {
    // All data can be found from the data folder, wherever it had to be put.
    await rm(join(dataDir, name), { force: true });
    await symlink(directory, join(dataDir, name));
  }
  return directory;
}

/** Whatever earlier attempts have left, which hold a password and a lot of room. */
async function removeDrafts(home: string, name: string): Promise<void> {
  const draft = /^(\.[0-9a-f]+)?\.(draft|password)$/;
  for (const found of await readdir(home)) {
    if (found.startsWith(name) && draft.test(found.slice(name.length))) {
      await remove(join(home, found));
    }
  }
}

/** Also what somebody is still writing into, because nobody could tell it to end. */
function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5 });
}

function explain(error: unknown, draft: string): Error {
  const text = error instanceof Error ? error.message : String(error);
  if (/No space left on device|ENOSPC|Disk quota/i.test(text)) {
    return new Advice(
      `The disk of ${draft} is full: no database could be made.`,
      {
        wayOut:
          'Free some space, or choose another disk with SLIPWAY_DATA_DIR, and run the same command again.',
      },
    );
  }
  return new Advice(`Postgres could not make a database: ${text}`, {
    wayOut:
      'Nothing of it was kept: mend what Postgres complains about, and run the same command again.',
  });
}
