import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/**
 * Hands on what it gets, and counts it.
 */
export class Measure extends Transform {
  readonly #hash = createHash('sha256');
  #sizeBytes = 0;
  #sha256: string | undefined;

  static create(): Measure {
    return new Measure();
  }

  private constructor() {
    super();
  }

  /** Bytes up to now. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /**
   * Of all bytes, in hexadecimal.
   *
   * @throws Error before the end
   */
  get sha256(): string {
    if (!this.#sha256) {
      throw new Error('Not all has come through yet');
    }
    return this.#sha256;
  }

  _transform(data: Buffer, _: BufferEncoding, done: TransformCallback) {
    this.#hash.update(data);
    this.#sizeBytes += data.length;
    done(null, data);
  }

  _flush(done: TransformCallback) {
    this.#sha256 = this.#hash.digest('hex');
    done();
  }
}
