import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whether a repository has no branch yet, without starting git: lists show it for each repository. */
export async function isEmpty(gitDir: string): Promise<boolean> {
  const loose = await readdir(join(gitDir, 'refs', 'heads')).catch(orNothing);
  if (loose && loose.length > 0) return false;
  const packed = await readFile(join(gitDir, 'packed-refs'), 'utf8').catch(
    orNothing,
  );
  return !packed?.includes(' refs/heads/');
}

function orNothing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
