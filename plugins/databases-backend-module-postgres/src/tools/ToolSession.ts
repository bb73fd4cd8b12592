import { RetryableError } from '@slipway/plugin-databases-node';
import type { Client } from 'pg';
import type { PostgresServer } from '../PostgresServer';
import { RunningTool, runTool } from './runTool';
import { toToolError } from './toToolError';
import type { Tunnel } from './Tunnel';

/**
 * A session on a tenant's database beside the programs that work there with the same login. All of them end together.
 * @internal
 */
export class ToolSession {
  readonly #server: PostgresServer;
  readonly #login: { user: string; password: string };
  readonly #database: string;
  readonly #port: number;
  readonly #tunnel: Tunnel;
  #clients: Client[] = [];
  readonly #tools: RunningTool[] = [];
  #isStopped = false;
  #sayStopped = () => {};
  readonly #stopping = new Promise<void>(resolve => {
    this.#sayStopped = resolve;
  });
  /** Why all of it was ended, where nobody asked for that. */
  #lost: Error | undefined;

  /** Lets somebody work, and leaves nothing running. */
  static async use<T>(
    options: {
      server: PostgresServer;
      port: number;
      login: { user: string; password: string };
      database: string;
      /** Ends all of it. */
      signal?: AbortSignal;
    },
    work: (session: ToolSession) => Promise<T>,
  ): Promise<T> {
    const { server, signal } = options;
    const tunnel = await server.openTunnel();
    const session = new ToolSession(options, tunnel);
    const stop = () => session.stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      if (signal?.aborted) session.stop();
      return await work(session);
    } catch (error) {
      throw signal?.aborted
        ? new RetryableError(`Stopped before ${server.title} was done`)
        : (session.#lost ?? error);
    } finally {
      signal?.removeEventListener('abort', stop);
      session.stop();
      await Promise.all(session.#tools.map(({ ended }) => ended));
      await tunnel.close();
    }
  }

  private constructor(
    options: {
      server: PostgresServer;
      port: number;
      login: { user: string; password: string };
      database: string;
    },
    tunnel: Tunnel,
  ) {
    this.#server = options.server;
    this.#login = options.login;
    this.#database = options.database;
    this.#port = options.port;
    this.#tunnel = tunnel;
  }

  /** @throws the server's own error */
  async connect(): Promise<Client> {
    this.#checkStopped();
    const client = this.#server.toolClient(this.#database, this.#login);
    this.#clients.push(client);
    const connecting = client.connect();
    connecting.catch(() => {
      // Where it is not waited for, all has been stopped.
    });
    // Of a client that is ended while it connects, pg never says what became of it.
    await Promise.race([connecting, this.#stopping]);
    this.#checkStopped();
    // Whoever ends it wants the programs to end too, and one that waits for its reader notices nothing.
    client.once('end', () => {
      if (this.#clients.includes(client)) {
        this.#lost = new RetryableError(
          `The connection to ${this.#server.title} was lost`,
        );
        this.stop();
      }
    });
    return client;
  }

  async run(program: string, args: string[]): Promise<RunningTool> {
    this.#checkStopped();
    const tool = await runTool(program, args, {
      host: this.#tunnel.folder,
      port: this.#port,
      database: this.#database,
      ...this.#login,
    });
    this.#tools.push(tool);
    if (this.#isStopped) tool.stop();
    return tool;
  }

  /** Ends all that runs in it. */
  stop(): void {
    this.#isStopped = true;
    this.#sayStopped();
    this.reset();
  }

  /** Ends all that runs in it by now. */
  reset(): void {
    for (const tool of this.#tools) {
      tool.stop();
    }
    const clients = this.#clients;
    this.#clients = [];
    for (const client of clients) {
      client.end().catch(() => {
        // Closed already.
      });
    }
  }

  /** Does several things at once. When one fails, all are ended, and that is what is said. */
  async together<T extends unknown[]>(works: {
    [K in keyof T]: Promise<T[K]>;
  }): Promise<T> {
    let first: { error: unknown } | undefined;
    const results = await Promise.allSettled(
      works.map(work =>
        work.catch(error => {
          first ??= { error };
          this.stop();
          throw error;
        }),
      ),
    );
    if (first) throw first.error;
    return results.map(result => (result as { value: unknown }).value) as T;
  }

  /** Ended well, or an error. */
  async finish(tool: RunningTool, program: string): Promise<void> {
    if ((await tool.ended) !== 0) {
      throw toToolError(program, tool.said(), this.#server.title);
    }
  }

  #checkStopped() {
    if (this.#isStopped) {
      throw new RetryableError(`Stopped before ${this.#server.title} was done`);
    }
  }
}
