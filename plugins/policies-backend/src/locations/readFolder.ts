import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PolicyFile } from '@slipway/plugin-policies-common';
import { FILE_BYTES_MAX, FILES_MAX, isPolicyFile } from './limits';

/**
 * Reads the policies of a folder of this machine and of the folders in it.
 *
 * @remarks
 * Links to files are followed: a ConfigMap of Kubernetes is mounted as links into a hidden folder, which is not looked into a
 * second time. Whoever writes into the folder writes policies anyway.
 *
 * @param name - what the folder is called in the configuration: files are named by it, as there may be several that end alike
 * @throws Error that says why it cannot be read
 */
export async function readFolder(
  folder: string,
  name: string,
): Promise<PolicyFile[]> {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  const paths = entries
    .filter(entry => entry.isFile() || entry.isSymbolicLink())
    .map(entry => path.join(entry.parentPath, entry.name))
    .filter(each => !isHidden(path.relative(folder, each)))
    .filter(each => isPolicyFile(path.basename(each)))
    .sort();
  if (paths.length > FILES_MAX) {
    throw new Error(
      `There are ${paths.length} files of policies, and ${FILES_MAX} are allowed`,
    );
  }
  const files: PolicyFile[] = [];
  for (const each of paths) {
    const found = await stat(each);
    if (!found.isFile()) {
      throw new Error(
        `${each} leads to a folder. Name that folder in policies.locations, or put the files here`,
      );
    }
    const { size } = found;
    if (size > FILE_BYTES_MAX) {
      throw new Error(
        `${each} has ${size} bytes, and ${FILE_BYTES_MAX} are allowed`,
      );
    }
    files.push({
      file: path.join(name, path.relative(folder, each)),
      text: await readFile(each, 'utf8'),
    });
  }
  return files;
}

function isHidden(relative: string): boolean {
  return relative.split(path.sep).some(part => part.startsWith('.'));
}
