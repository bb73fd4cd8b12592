import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file as a whole: whoever reads it sees the old or the new content, also after a power cut.
 *
 * @param mode - permissions of the new file, such as 0o600
 */
export async function writeDurably(
  path: string,
  content: string,
  mode: number,
): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  const file = await open(draft, 'w', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Removes what was left of a file by those who were killed while they wrote it. Nobody may be writing it. */
export async function removeDrafts(path: string): Promise<void> {
  const name = basename(path);
  for (const found of await readdir(dirname(path))) {
    if (
      found.startsWith(name) &&
      /^\.\d+\.draft$/.test(found.slice(name.length))
    ) {
      await rm(join(dirname(path), found), { force: true });
    }
  }
}

/** Reads a text file; undefined when there is none. */
export async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  }
}

/** Whether an error is the system's with this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
