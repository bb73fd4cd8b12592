import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** What asking a program for its version may take. */
const PATIENCE_MS = 5_000;

/**
 * Postgres' own programs for dumps.
 * @public
 */
export interface PostgresTools {
  /** The path of pg_dump. */
  dump: string;
  /** The path of pg_restore. */
  restore: string;
  /** Their major version. */
  version: number;
}

/**
 * Looks for `pg_dump` and `pg_restore` that can work with a server: they refuse
 * servers that are newer than they are. Those of the server's own version come
 * first, then the oldest ones.
 *
 * @param options - `version`: the major version of the server; `folder`: where they are; the folders of the PATH when left
 *   out
 * @public
 */
export function findTools(options: {
  version: string;
  folder?: string;
}): PostgresTools | undefined {
  const folders = options.folder
    ? [options.folder]
    : (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return [...new Set(folders)]
    .flatMap(folder => look(folder))
    .filter(({ version }) => version >= Number(options.version))
    .sort((a, b) => a.version - b.version)[0];
}

const known = new Map<string, PostgresTools | undefined>();

function look(folder: string): PostgresTools[] {
  const dump = path.join(folder, 'pg_dump');
  const restore = path.join(folder, 'pg_restore');
  if (!existsSync(dump) || !existsSync(restore)) return [];
  if (!known.has(folder)) {
    const [version, other] = [dump, restore].map(readVersion);
    known.set(
      folder,
      version && version === other ? { dump, restore, version } : undefined,
    );
  }
  const tools = known.get(folder);
  return tools ? [tools] : [];
}

function readVersion(program: string): number | undefined {
  const { stdout } = spawnSync(program, ['--version'], {
    encoding: 'utf8',
    timeout: PATIENCE_MS,
  });
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1];
  return major ? Number(major) : undefined;
}
