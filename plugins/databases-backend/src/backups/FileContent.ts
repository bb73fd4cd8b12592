import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { asked } from './folderErrors';

const READ_BYTES = 256 * 1024;

/** A file as it is read. */
export class FileContent extends Readable {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, signal: AbortSignal | undefined) {
    super({ highWaterMark: READ_BYTES, signal });
    this.#handle = handle;
  }

  _read(size: number) {
    asked(() => this.#handle.read(Buffer.allocUnsafe(size))).then(
      ({ bytesRead, buffer }) =>
        this.push(bytesRead ? buffer.subarray(0, bytesRead) : null),
      error => this.destroy(error),
    );
  }

  _destroy(error: Error | null, done: (error: Error | null) => void) {
    // Waits for what is being read.
    this.#handle.close().then(
      () => done(error),
      () => done(error),
    );
  }
}
