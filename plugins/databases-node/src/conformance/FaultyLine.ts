import { connect, createServer, Server, Socket } from 'node:net';

type Mode =
  | { kind: 'open' | 'down' | 'hanging' }
  | { kind: 'cut'; at: number; delivered: boolean };

/** How long the server has to begin its answer before it is taken as lost, in milliseconds. */
const ANSWER_WITHIN_MS = 500;
/** How long the rest of an answer may take that is thrown away, in milliseconds. */
const REST_WITHIN_MS = 60;

/**
 * A line to a real server that can be cut at any place: before a piece of what
 * clients send reaches the server, or after it did and before anything of the
 * answer comes back. To a server the first looks like a client that was killed,
 * to a client the second is a lost answer.
 *
 * @public
 */
export class FaultyLine {
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mode: Mode = { kind: 'open' };
  #sent = 0;
  #tripped = false;
  #ending: NodeJS.Timeout | undefined;

  static async start(target: {
    host: string;
    port: number;
  }): Promise<FaultyLine> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new FaultyLine(server, target);
  }

  private constructor(server: Server, target: { host: string; port: number }) {
    this.#server = server;
    const address = server.address();
    this.port = typeof address === 'object' && address ? address.port : 0;
    server.on('connection', client => this.#join(client, target));
  }

  /** Whether the cut that was asked for has happened. */
  get tripped(): boolean {
    return this.#tripped;
  }

  /**
   * Cuts everything at the piece of this number, from 0, counted from now; what
   * comes later is refused until {@link FaultyLine.restore}.
   *
   * @param options - `delivered`: the server still gets the piece
   */
  cutAt(at: number, options: { delivered: boolean }): void {
    this.#sent = 0;
    this.#tripped = false;
    this.#mode = { kind: 'cut', at, delivered: options.delivered };
  }

  /** Refuses connections and ends those that are open. */
  goDown(): void {
    this.#mode = { kind: 'down' };
    this.#endAll();
  }

  /** Takes what clients send and answers nothing. */
  hang(): void {
    this.#mode = { kind: 'hanging' };
  }

  /** Mends the line. Connections that have seen a fault are ended. */
  restore(): void {
    if (this.#mode.kind !== 'open') {
      this.#endAll();
    }
    this.#mode = { kind: 'open' };
  }

  async close(): Promise<void> {
    this.goDown();
    await new Promise(resolve => {
      this.#server.close(resolve);
    });
  }

  #join(client: Socket, target: { host: string; port: number }): void {
    if (this.#mode.kind === 'down') {
      client.destroy();
      return;
    }
    const server = connect(target.port, target.host);
    let deaf = false;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      // Broken lines are what this is for.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // A long answer is still on its way when the server has said all of it.
        other.destroySoon();
      });
    }
    client.on('data', piece => {
      const { kind } = this.#mode;
      if (kind === 'hanging') return;
      if (kind === 'down') {
        client.destroy();
        return;
      }
      if (this.#mode.kind === 'cut' && this.#sent === this.#mode.at) {
        this.#tripped = true;
        const { delivered } = this.#mode;
        this.#mode = { kind: 'down' };
        if (!delivered) {
          this.#endAll();
          return;
        }
        deaf = true;
        server.write(piece);
        this.#endIn(ANSWER_WITHIN_MS);
        return;
      }
      this.#sent += 1;
      server.write(piece);
    });
    server.on('data', piece => {
      if (deaf && this.#mode.kind === 'down') {
        // The work is done by now or as good as.
        this.#endIn(REST_WITHIN_MS);
      } else if (this.#mode.kind !== 'hanging') {
        client.write(piece);
      }
    });
  }

  #endIn(ms: number): void {
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => this.#endAll(), ms);
  }

  #endAll(): void {
    clearTimeout(this.#ending);
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}
