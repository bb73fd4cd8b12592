import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder with all above it that are missing, one after the other. Node's own `recursive` spins for ever, and cannot be
 * interrupted, where a file system says of a folder that is there that it is not, as /proc does.
 */
export async function makeFolder(path) {
  try {
    await stat(path);
    return;
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
  }
  await makeFolder(dirname(path));
  await mkdir(path).catch(error => {
    // Somebody else was quicker.
    if (error.code !== 'EEXIST') {
      throw error;
    }
  });
}
