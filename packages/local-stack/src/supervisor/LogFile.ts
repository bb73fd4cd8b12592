import {
  createWriteStream,
  renameSync,
  statSync,
  type WriteStream,
} from 'node:fs';
import { isErrno } from '../files.ts';

const LARGEST_BYTES = 20 * 1024 * 1024;

/**
 * A log that never grows beyond bounds: a large one is put aside, in the place of the one that was put aside before.
 */
export class LogFile {
  readonly #path: string;
  readonly #onError: (error: Error) => void;
  #stream?: WriteStream;
  #bytes = 0;

  constructor(path: string, onError: (error: Error) => void) {
    this.#path = path;
    this.#onError = onError;
  }

  /** Appends; a disk that is full is reported and never thrown. */
  write(chunk: Buffer): void {
    if (this.#bytes + chunk.length > LARGEST_BYTES) {
      this.close();
      this.#putAside();
    }
    this.#stream ??= this.#open();
    this.#bytes += chunk.length;
    this.#stream.write(chunk);
  }

  close(): void {
    this.#stream?.end();
    this.#stream = undefined;
  }

  #open(): WriteStream {
    try {
      this.#bytes = statSync(this.#path).size;
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) {
        throw error;
      }
      this.#bytes = 0;
    }
    const stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    stream.on('error', error => {
      // A stream ends with its first error: the next line opens another, perhaps with space again.
      if (this.#stream === stream) {
        this.#stream = undefined;
      }
      this.#onError(error);
    });
    return stream;
  }

  #putAside(): void {
    try {
      renameSync(this.#path, `${this.#path}.1`);
      this.#bytes = 0;
    } catch (error) {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
