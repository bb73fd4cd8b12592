import type { UrlReaderService } from '@backstage/backend-plugin-api';
import { isError } from '@backstage/errors';
import type { PolicyFile } from '@slipway/plugin-policies-common';
import {
  FILE_BYTES_MAX,
  FILES_MAX,
  isPolicyFile,
  LOCATION_TIMEOUT_MS,
  TOTAL_BYTES_MAX,
} from './limits';

/**
 * Reads the policies of a folder of a repository. Once it is too much, no more of it is kept.
 *
 * @param etag - of the tree that is known; undefined is returned when it is still the same
 * @throws Error that says why it cannot be read
 */
export async function readTree(
  reader: UrlReaderService,
  url: string,
  etag: string | undefined,
): Promise<{ files: PolicyFile[]; etag: string } | undefined> {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // Not every reader heeds the signal in all it does.
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      timeout.abort();
      reject(
        new Error(
          `The host does not answer within ${LOCATION_TIMEOUT_MS / 1_000} seconds`,
        ),
      );
    }, LOCATION_TIMEOUT_MS);
  });
  try {
    return await Promise.race([read(reader, url, etag, timeout.signal), late]);
  } catch (error) {
    if (isError(error) && error.name === 'NotModifiedError') {
      return undefined;
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function read(
  reader: UrlReaderService,
  url: string,
  etag: string | undefined,
  signal: AbortSignal,
) {
  let count = 0;
  let bytes = 0;
  let tooMuch: string | undefined;
  const add = (path: string, size: number) => {
    count += 1;
    bytes += size;
    if (size > FILE_BYTES_MAX) {
      tooMuch ??= `${path} has more than ${FILE_BYTES_MAX} bytes`;
    } else if (count > FILES_MAX) {
      tooMuch ??= `There are more than ${FILES_MAX} files of policies`;
    } else if (bytes > TOTAL_BYTES_MAX) {
      tooMuch ??= `All files of policies together have more than ${TOTAL_BYTES_MAX} bytes`;
    }
    return !tooMuch;
  };
  const tree = await reader.readTree(url, {
    etag,
    signal,
    filter: (path, info) => isPolicyFile(path) && add(path, info?.size ?? 0),
  });
  const entries = await tree.files();
  // Again by what came: a reader need not know sizes before.
  count = 0;
  bytes = 0;
  const files: PolicyFile[] = [];
  for (const entry of tooMuch ? [] : entries) {
    const content = await entry.content();
    if (!add(entry.path, content.length)) break;
    files.push({
      file: `${url.replace(/\/$/, '')}/${entry.path}`,
      text: content.toString('utf8'),
    });
  }
  if (tooMuch) throw new Error(tooMuch);
  files.sort((a, b) => (a.file < b.file ? -1 : 1));
  return { files, etag: tree.etag };
}
