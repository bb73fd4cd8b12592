import { Transform, type TransformCallback } from 'node:stream';

/** The kind of message by which a server asks who somebody is. */
const AUTHENTICATION = 'R'.charCodeAt(0);
/** That it is to be shown by SASL, in these ways. */
const SASL = 10;
/** A letter, and the length of what follows with its own four bytes. */
const HEAD_BYTES = 5;
/** No first message of a server is longer. */
const MAX_BYTES = 4_096;

/**
 * What a server says, without the offer to bind a login to the TLS session.
 *
 * @remarks
 *
 * A program at the other end of a {@link Tunnel} has no such session, and takes the offer for a sign that somebody has taken its
 * TLS away. It is the tunnel that checks the server.
 *
 * @internal
 */
export class WithoutChannelBinding extends Transform {
  #start: Buffer | undefined = Buffer.alloc(0);

  _transform(data: Buffer, _: BufferEncoding, done: TransformCallback) {
    if (!this.#start) {
      done(null, data);
      return;
    }
    this.#start = Buffer.concat([this.#start, data]);
    const length =
      this.#start.length >= HEAD_BYTES ? 1 + this.#start.readUInt32BE(1) : 0;
    const isOther = this.#start[0] !== AUTHENTICATION || length > MAX_BYTES;
    if (isOther || (length > 0 && this.#start.length >= length)) {
      const first = this.#start.subarray(0, length);
      const rest = this.#start.subarray(length);
      this.push(isOther ? this.#start : Buffer.concat([change(first), rest]));
      this.#start = undefined;
    }
    done();
  }

  _flush(done: TransformCallback) {
    done(null, this.#start);
  }
}

function change(message: Buffer): Buffer {
  const from = HEAD_BYTES + 4;
  if (message.length < from || message.readUInt32BE(HEAD_BYTES) !== SASL) {
    return message;
  }
  const ways = message
    .toString('latin1', from)
    .split('\0')
    .filter(way => way && !way.endsWith('-PLUS'));
  const body = Buffer.from(`${ways.join('\0')}\0\0`, 'latin1');
  const head = Buffer.from(message.subarray(0, from));
  head.writeUInt32BE(from - 1 + body.length, 1);
  return Buffer.concat([head, body]);
}
