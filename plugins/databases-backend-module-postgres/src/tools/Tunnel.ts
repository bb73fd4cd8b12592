import { once } from 'node:events';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import type { PostgresProviderConfig } from '../config';
import { WithoutChannelBinding } from './WithoutChannelBinding';

/** What a client sends who wants TLS: its own length, and a number that stands for no version. */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

/**
 * A way to the server for programs on this machine, with the same TLS as the
 * platform's own sessions have.
 *
 * @remarks
 *
 * A program that speaks TLS itself knows other authorities and has other
 * settings, and Postgres' programs are also built without. Through here they
 * need none: they connect to a socket in a folder that only the portal's user
 * can enter, and how to trust the server is decided in one place.
 *
 * @internal
 */
export class Tunnel {
  /** Where programs find the socket: what Postgres calls the host. */
  readonly folder: string;
  readonly #config: PostgresProviderConfig['connection'];
  readonly #connectMs: number;
  readonly #entrance: net.Server;
  readonly #sockets = new Set<net.Socket>();

  static async open(
    config: PostgresProviderConfig['connection'],
    connectMs: number,
  ): Promise<Tunnel> {
    // Only its owner may enter it.
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'slipway-'));
    const tunnel = new Tunnel(folder, config, connectMs);
    try {
      await tunnel.#listen();
    } catch (error) {
      await tunnel.close();
      throw error;
    }
    return tunnel;
  }

  private constructor(
    folder: string,
    config: PostgresProviderConfig['connection'],
    connectMs: number,
  ) {
    this.folder = folder;
    this.#config = config;
    this.#connectMs = connectMs;
    this.#entrance = net.createServer(near => {
      this.#keep(near);
      this.#connect(near).catch(() => near.destroy());
    });
  }

  /** Ends what goes through it. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise<void>(resolve => this.#entrance.close(() => resolve()));
    await fs.rm(this.folder, { recursive: true, force: true });
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#entrance.once('error', reject);
      const name = `.s.PGSQL.${this.#config.port}`;
      this.#entrance.listen(path.join(this.folder, name), () => resolve());
    });
  }

  async #connect(near: net.Socket): Promise<void> {
    const far = await this.#reach();
    far.on('error', () => near.destroy());
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.pipe(far);
    far.pipe(new WithoutChannelBinding()).pipe(near);
  }

  async #reach(): Promise<net.Socket> {
    const { host, port, ssl } = this.#config;
    const signal = AbortSignal.timeout(this.#connectMs);
    const plain = net.connect({
      // As Postgres has it, a path is the folder of a socket.
      ...(host.startsWith('/')
        ? { path: path.join(host, `.s.PGSQL.${port}`) }
        : { host, port }),
      keepAlive: true,
      noDelay: true,
    });
    this.#keep(plain);
    try {
      await once(plain, 'connect', { signal });
      if (!ssl) return plain;
      plain.write(SSL_REQUEST);
      const [answer] = await once(plain, 'data', { signal });
      // More than this one byte would be from somebody in between.
      if (String(answer) !== 'S') {
        throw new Error('The server speaks no TLS');
      }
      const secure = tls.connect({
        ...(ssl === true ? {} : ssl),
        socket: plain,
        ...(!net.isIP(host) && { servername: host }),
        host,
      });
      this.#keep(secure);
      await once(secure, 'secureConnect', { signal });
      return secure;
    } catch (error) {
      plain.destroy();
      throw error;
    }
  }

  #keep(socket: net.Socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {
      // The other end is closed with it.
    });
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
