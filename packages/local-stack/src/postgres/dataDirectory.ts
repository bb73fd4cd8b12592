import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Advice } from '../Advice.ts';
import { readOptional } from '../files.ts';
import type { PostgresBinaries } from './binaries.ts';
import { giveTo, type ServerUser } from './serverUser.ts';

const run = promisify(execFile);

/**
 * Makes sure of a data directory of the right major version and returns its path. A new one is made beside its place
 * and renamed when it is complete, so that a kill in between leaves nothing half made.
 *
 * @param name - the folder's name in the data folder, such as `postgres-portal`
 * @throws {@link Advice} when the directory belongs to another major version
 */
export async function ensureDataDirectory(options: {
  dataDir: string;
  name: string;
  superuser: string;
  password: string;
  binaries: PostgresBinaries;
  user: ServerUser;
}): Promise<string> {
  const { dataDir, name, superuser, password, binaries, user } = options;
  const directory = join(user.home, name);
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
  const draft = `${directory}.draft`;
  const passwordFile = `${directory}.password`;
  await rm(draft, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(draft, { mode: 0o700 });
  giveTo(user, draft);
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    giveTo(user, passwordFile);
    await run(
      binaries.initdb,
      [
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
      ],
      { ...user.ids, cwd: '/', env: { ...process.env, LC_ALL: 'C' } },
    );
  } catch (error) {
    throw explain(error, draft);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(draft, directory);
  if (user.home !== dataDir) {
    // All data can be found from the data folder, wherever it had to be put.
    await rm(join(dataDir, name), { force: true });
    await symlink(directory, join(dataDir, name));
  }
  return directory;
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
  return new Advice(`Postgres could not make a database: ${text}`);
}
