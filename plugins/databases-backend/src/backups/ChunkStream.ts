import { Transform, type TransformCallback } from 'node:stream';

/** Cuts what comes into chunks of the same length, of which the last may be shorter. */
export class ChunkStream extends Transform {
  readonly #size: number;
  readonly #change: (chunk: Buffer, isLast: boolean) => Buffer;
  readonly #before: (bytes: Buffer) => Buffer;
  #parts: Buffer[] = [];
  #length = 0;

  /**
   * @param change - what becomes of a chunk
   * @param before - what of the bytes that come belongs to chunks
   */
  constructor(
    size: number,
    change: (chunk: Buffer, isLast: boolean) => Buffer,
    before: (bytes: Buffer) => Buffer = bytes => bytes,
  ) {
    super();
    this.#size = size;
    this.#change = change;
    this.#before = before;
  }

  _transform(data: Buffer, _: BufferEncoding, done: TransformCallback) {
    this.#attempt(done, () => {
      const bytes = this.#before(data);
      this.#parts.push(bytes);
      this.#length += bytes.length;
      if (this.#length <= this.#size) return;
      const all = Buffer.concat(this.#parts);
      let from = 0;
      // One that may be the last is kept until more comes.
      for (; all.length - from > this.#size; from += this.#size) {
        const chunk = all.subarray(from, from + this.#size);
        this.push(this.#change(chunk, false));
      }
      this.#parts = [all.subarray(from)];
      this.#length = all.length - from;
    });
  }

  _flush(done: TransformCallback) {
    this.#attempt(done, () => {
      this.push(this.#change(Buffer.concat(this.#parts), true));
    });
  }

  #attempt(done: TransformCallback, work: () => void) {
    try {
      work();
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}
