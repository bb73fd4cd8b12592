import { createHash } from 'node:crypto';
import { connect, Socket } from 'node:net';

const CLIENT_PROTOCOL_41 = 0x200;
const CLIENT_SECURE_CONNECTION = 0x8000;
const CLIENT_PLUGIN_AUTH = 0x80000;

/**
 * A client that names its login, and waits before it proves that it knows the password. It pretends to speak another
 * plugin first, so that the server, which has read the login by then, asks once more.
 */
export async function stall(login: {
  username: string;
  password: string;
  endpoint: { host: string; port: number };
}) {
  const socket = connect(login.endpoint.port, login.endpoint.host);
  const read = packets(socket);
  await read();
  send(socket, 1, [
    number(CLIENT_PROTOCOL_41 | CLIENT_SECURE_CONNECTION | CLIENT_PLUGIN_AUTH),
    number(0xffffff),
    Buffer.from([33]),
    Buffer.alloc(23),
    Buffer.from(`${login.username}\0`),
    Buffer.from([0]),
    Buffer.from('of_another_time\0'),
  ]);
  const request = await read();
  if (request?.[0] !== 0xfe) {
    throw new Error(`The server did not ask again: ${request?.toString()}`);
  }
  const salt = request.subarray(request.indexOf(0) + 1).subarray(0, 20);
  return {
    /** Proves the password now. */
    async goOn(): Promise<'accepted' | 'refused'> {
      send(socket, 3, [proof(login.password, salt)]);
      const answer = await read();
      socket.destroy();
      return answer?.[0] === 0 ? 'accepted' : 'refused';
    },
  };
}

/** SHA1(password) XOR SHA1(salt + SHA1(SHA1(password))) */
function proof(password: string, salt: Buffer): Buffer {
  const sha1 = (...parts: Array<Buffer | string>) =>
    parts
      .reduce((hash, part) => hash.update(part), createHash('sha1'))
      .digest();
  const once = sha1(password);
  const mask = sha1(salt, sha1(once));
  return Buffer.from(once.map((byte, index) => byte ^ mask[index]));
}

function number(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function send(socket: Socket, sequence: number, parts: Buffer[]): void {
  if (socket.destroyed) return;
  const body = Buffer.concat(parts);
  const head = number(body.length);
  head[3] = sequence;
  socket.write(Buffer.concat([head, body]));
}

/** Reads packets one after the other; undefined when the line is closed. */
function packets(socket: Socket): () => Promise<Buffer | undefined> {
  let data = Buffer.alloc(0);
  let closed = false;
  let wake = () => {};
  const news = () => new Promise<void>(resolve => (wake = resolve));
  socket.on('data', piece => {
    data = Buffer.concat([data, piece]);
    wake();
  });
  socket.on('error', () => {
    // It is closed in a moment.
  });
  socket.on('close', () => {
    closed = true;
    wake();
  });
  return async () => {
    for (;;) {
      const length = data.length >= 4 ? data.readUIntLE(0, 3) : Infinity;
      if (data.length >= 4 + length) {
        const body = data.subarray(4, 4 + length);
        data = data.subarray(4 + length);
        return body;
      }
      if (closed) {
        return undefined;
      }
      await news();
    }
  };
}
