import type { Transform } from 'node:stream';
import { TerminalError } from '@slipway/plugin-databases-node';
import {
  isRecipient,
  newIdentity,
  openChunk,
  readHeader,
  sealChunk,
  toNonce,
  writeHeader,
} from './age';
import { ChunkStream } from './ChunkStream';

const CHUNK_BYTES = 64 * 1024;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + 16;
const MAX_BOUND_BYTES = 200;
const MOST_RECIPIENTS = 5;

/**
 * Makes the key of one file: an identity of age. Whoever has it can open the
 * file without the portal: `age --decrypt --identity key.txt file`.
 */
export function newFileKey(): string {
  return newIdentity();
}

/**
 * Seals what passes through, of any length, with a key of {@link newFileKey}.
 *
 * @remarks
 *
 * The result is a file of age, format `age-encryption.org/v1`: a header, and
 * chunks of 64 KiB by ChaCha20-Poly1305, each bound to its place and the last
 * one to being the last. The key of the chunks is new for each file. The header
 * holds it, sealed for the X25519 identity, and is itself protected by it.
 *
 * The file also says what it is, in the header's second stanza, `slipway-bound`,
 * which other programs pass over: a file of one backup is not taken for that of
 * another one, even if both had the same key. Nobody can make a file that opens
 * without the identity, because the recipient that belongs to it is written
 * nowhere.
 *
 * @param bound - what the file is, such as `slipway/backup/<id>`; 200 bytes at most
 * @param recipients - `age1…`: those whose identity opens it too, when the portal has lost the key; 5 at most
 */
export function sealingStream(
  key: string,
  bound: string,
  recipients: string[] = [],
): Transform {
  if (Buffer.byteLength(bound) > MAX_BOUND_BYTES) {
    throw new TypeError('What a file is bound to is too long');
  }
  if (recipients.length > MOST_RECIPIENTS || !recipients.every(isRecipient)) {
    throw new TypeError('Those who recover a file are not known');
  }
  const { header, payloadKey } = asked(key, () =>
    writeHeader(key, bound, recipients),
  );
  let number = 0;
  const seal = (plain: Buffer, isLast: boolean) =>
    sealChunk(payloadKey, toNonce(number++, isLast), plain);
  const stream = new ChunkStream(CHUNK_BYTES, seal);
  stream.push(header);
  return stream;
}

/**
 * Opens what {@link sealingStream} has sealed with the same key and text. What it
 * hands on is what was sealed, in its order, but not all of it before the stream
 * has ended: it fails with a `TerminalError` when the file is cut off, altered,
 * put together anew, or another one.
 */
export function openingStream(key: string, bound: string): Transform {
  asked(key, () => writeHeader(key, bound));
  let start: Buffer | undefined = Buffer.alloc(0);
  let payloadKey: Buffer;
  let number = 0;
  const open = (sealed: Buffer, isLast: boolean) => {
    if (start) throw notWhole();
    const nonce = toNonce(number++, isLast);
    const plain = believed(() => openChunk(payloadKey, nonce, sealed));
    // Only of an empty file is the last chunk empty.
    if (number > 1 && plain.length === 0) throw notWhole();
    return plain;
  };
  return new ChunkStream(SEALED_CHUNK_BYTES, open, bytes => {
    if (!start) return bytes;
    start = Buffer.concat([start, bytes]);
    const begun = start;
    const found = believed(() => readHeader(begun, key, bound));
    if (!found) return Buffer.alloc(0);
    start = undefined;
    payloadKey = found.payloadKey;
    return begun.subarray(found.end);
  });
}

function asked<T>(key: string, work: () => T): T {
  try {
    return work();
  } catch {
    // What bech32 says of a key repeats the key.
    throw new TerminalError(
      key
        ? 'The key of the backup is not one, or was altered'
        : 'The backup has no key',
    );
  }
}

function believed<T>(work: () => T): T {
  try {
    return work();
  } catch {
    throw notWhole();
  }
}

function notWhole(): TerminalError {
  return new TerminalError(
    'The file of the backup is not the one that was written, or not whole',
  );
}
