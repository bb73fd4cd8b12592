import type { Readable } from 'node:stream';

/** The content itself has failed, and why. */
export class ContentFailure extends Error {
  constructor(readonly why: unknown) {
    super('The content has failed');
  }
}

/**
 * Cuts what comes into parts of the same length, of which the last may be shorter. There is always a last one, be it empty.
 *
 * @throws ContentFailure when the content fails
 */
export async function* cutParts(
  content: Readable,
  size: number,
): AsyncGenerator<{ bytes: Buffer; isLast: boolean }> {
  let pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const data of content) {
      pieces.push(data);
      length += data.length;
      // One that may be the last is kept until more comes.
      while (length > size) {
        const all = Buffer.concat(pieces);
        yield { bytes: all.subarray(0, size), isLast: false };
        pieces = [all.subarray(size)];
        length -= size;
      }
    }
  } catch (error) {
    throw new ContentFailure(error);
  }
  yield { bytes: Buffer.concat(pieces), isLast: true };
}
