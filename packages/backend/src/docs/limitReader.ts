import type { UrlReaderService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** More than a repository with documentation has; a guard against one that is made to fill our disk. */
const MOST_FILES = 50_000;
const MOST_MIB = 500;

/** Reads no more of a repository than documentation is likely to need, and leaves nothing behind of what is more. */
export function limitReader(
  reader: UrlReaderService,
  most: { files: number; mebibytes: number } = {
    files: MOST_FILES,
    mebibytes: MOST_MIB,
  },
): UrlReaderService {
  return {
    readUrl: (url, options) => reader.readUrl(url, options),
    search: (url, options) => reader.search(url, options),
    async readTree(url, options) {
      let files = 0;
      let bytes = 0;
      const tree = await reader.readTree(url, {
        ...options,
        filter: (path, info) => {
          if (options?.filter && !options.filter(path, info)) {
            return false;
          }
          files += 1;
          bytes += info?.size ?? 0;
          if (files > most.files || bytes > most.mebibytes * 2 ** 20) {
            throw new InputError(
              `${url} has more than ${most.files} files or ${most.mebibytes} MiB. Keep documentation in a smaller folder, and name that in the annotation backstage.io/techdocs-ref.`,
            );
          }
          return true;
        },
      });
      return {
        etag: tree.etag,
        files: () => tree.files(),
        archive: () => tree.archive(),
        async dir(to) {
          const targetDir =
            to?.targetDir ??
            (await mkdtemp(join(await realpath(tmpdir()), 'slipway-docs-')));
          try {
            return await tree.dir({ targetDir });
          } catch (error) {
            await rm(targetDir, { recursive: true, force: true });
            throw error;
          }
        },
      };
    },
  };
}
