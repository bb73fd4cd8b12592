import type { UrlReaderService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { PolicyFile } from '@slipway/plugin-policies-common';
import {
  FILE_BYTES_MAX,
  FILES_MAX,
  isPolicyFile,
  LOCATION_TIMEOUT_MS,
} from './limits';

/**
 * Reads the policies of a folder of a repository.
 *
 * @param etag - of the tree that is known; undefined is returned when it is still the same
 * @throws Error that says why it cannot be read
 */
export async function readTree(
  reader: UrlReaderService,
  url: string,
  etag: string | undefined,
): Promise<{ files: PolicyFile[]; etag: string } | undefined> {
  try {
    let tooBig: string | undefined;
    const tree = await reader.readTree(url, {
      etag,
      signal: AbortSignal.timeout(LOCATION_TIMEOUT_MS),
      filter(path, info) {
        if (!isPolicyFile(path)) return false;
        if ((info?.size ?? 0) > FILE_BYTES_MAX) tooBig = path;
        return !tooBig;
      },
    });
    const entries = await tree.files();
    if (tooBig) {
      throw new Error(`${tooBig} has more than ${FILE_BYTES_MAX} bytes`);
    }
    if (entries.length > FILES_MAX) {
      throw new Error(
        `There are ${entries.length} files of policies, and ${FILES_MAX} are allowed`,
      );
    }
    const files: PolicyFile[] = [];
    for (const entry of entries) {
      const content = await entry.content();
      if (content.length > FILE_BYTES_MAX) {
        throw new Error(`${entry.path} has more than ${FILE_BYTES_MAX} bytes`);
      }
      files.push({
        file: `${url.replace(/\/$/, '')}/${entry.path}`,
        text: content.toString('utf8'),
      });
    }
    files.sort((a, b) => (a.file < b.file ? -1 : 1));
    return { files, etag: tree.etag };
  } catch (error) {
    if (isError(error) && error.name === 'NotModifiedError') {
      return undefined;
    }
    throw error;
  }
}
