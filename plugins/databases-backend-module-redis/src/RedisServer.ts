import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, ErrorReply } from '@redis/client';
import {
  beforeAnything,
  Phase,
  ReadContext,
  RetryableError,
  Turns,
} from '@slipway/plugin-databases-node';
import { RedisProviderConfig } from './config';
import { codeOf, toProviderError } from './errors';

/** How long a session is kept open for the next call, in milliseconds. */
const KEEP_MS = 10_000;

/** How often work is begun again when others change the same database. */
const ATTEMPTS = 30;

/**
 * Times after which the server counts as slow, in milliseconds.
 * @internal
 */
export interface ServerTimeouts {
  connect: number;
  command: number;
}

/**
 * What a command answers.
 * @internal
 */
export type Reply = null | string | number | Error | Reply[];

/**
 * A command and its arguments.
 * @internal
 */
export type Command = readonly [string, ...string[]];

/**
 * A session of the platform.
 * @internal
 */
export interface Session {
  /** Aborts when the caller does not wait for the work any longer. */
  readonly signal?: AbortSignal;
  call(...command: Command): Promise<Reply>;
  /** Sends all at once; each has its own answer. */
  callAll(commands: Command[]): Promise<Reply[]>;
  /** As `call`, of what changes something. */
  write(command: Command): Promise<Reply>;
  /**
   * Does all or nothing, and nothing when a key that was watched has changed since.
   *
   * @returns the answers, or nothing when nothing was done
   */
  transaction(commands: Command[]): Promise<Reply[] | undefined>;
}

type Client = ReturnType<typeof newClient>;

/**
 * A shared server: sessions with limits on everything, and errors that say what
 * became of a call.
 *
 * @internal
 */
export class RedisServer {
  readonly #config: RedisProviderConfig;
  readonly #timeouts: ServerTimeouts;
  readonly #turns: Turns;
  readonly #kept = new Map<Client, NodeJS.Timeout>();

  static create(
    config: RedisProviderConfig,
    timeouts: ServerTimeouts = { connect: 5_000, command: 30_000 },
  ): RedisServer {
    return new RedisServer(config, timeouts);
  }

  private constructor(config: RedisProviderConfig, timeouts: ServerTimeouts) {
    this.#config = config;
    this.#timeouts = timeouts;
    this.#turns = Turns.create(config);
  }

  get title(): string {
    return this.#config.title;
  }

  /** Looks, and changes things by transactions. */
  async use<T>(
    work: (session: Session) => Promise<T>,
    context?: ReadContext,
  ): Promise<T> {
    const signal = context?.signal;
    return this.#turns.take(async () => {
      const client = await this.#take();
      const stop = () => client.destroy();
      signal?.addEventListener('abort', stop, { once: true });
      const phase: { now: Phase } = { now: 'read' };
      let failed = true;
      try {
        const result = await work(this.#session(client, phase, signal));
        failed = false;
        return result;
      } catch (error) {
        if (signal?.aborted && phase.now === 'read') {
          throw new RetryableError(`Stopped before ${this.title} was done`);
        }
        throw toProviderError(error, this.title, phase.now);
      } finally {
        signal?.removeEventListener('abort', stop);
        if (failed || signal?.aborted) {
          this.#leave(client);
        } else {
          this.#keep(client);
        }
      }
    }, signal);
  }

  /**
   * Repeats work that ends in a transaction until nobody has come between its
   * looking and its changing.
   *
   * @param work - answers nothing when somebody has come between
   */
  async undisturbed<T>(
    session: Session,
    work: () => Promise<{ result: T } | undefined>,
  ): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const done = await work();
      if (done) {
        return done.result;
      }
      const pause = Math.random() * Math.min(5 * 2 ** attempt, 100);
      await sleep(pause, undefined, { signal: session.signal });
    }
    throw new RetryableError(`${this.title} is busy with the same thing`);
  }

  /**
   * Logs in as somebody, and works with the session if one begins.
   *
   * @throws RetryableError when the server did not say yes or no
   */
  async tryLogin<T>(
    login: { user: string; password: string },
    work?: (session: Session) => Promise<T>,
  ): Promise<{ accepted: boolean; result?: T }> {
    let client: Client;
    try {
      client = await this.#connect(login);
    } catch (error) {
      if (error instanceof ErrorReply && codeOf(error) === 'WRONGPASS') {
        return { accepted: false };
      }
      throw toProviderError(error, this.title, 'connect');
    }
    try {
      const session = this.#session(client, { now: 'read' });
      return { accepted: true, result: await work?.(session) };
    } finally {
      this.#leave(client);
    }
  }

  async close(): Promise<void> {
    for (const client of [...this.#kept.keys()]) {
      this.#leave(client);
    }
  }

  async #take(): Promise<Client> {
    // Those that were kept may have broken since.
    for (const client of [...this.#kept.keys()]) {
      clearTimeout(this.#kept.get(client));
      this.#kept.delete(client);
      try {
        await this.#send(client, ['PING'], this.#timeouts.connect);
        return client;
      } catch {
        this.#leave(client);
      }
    }
    try {
      return await this.#connect(this.#config.connection);
    } catch (error) {
      throw beforeAnything(toProviderError(error, this.title, 'connect'));
    }
  }

  #keep(client: Client): void {
    const timer = setTimeout(() => this.#leave(client), KEEP_MS);
    this.#kept.set(client, timer.unref());
  }

  #leave(client: Client): void {
    clearTimeout(this.#kept.get(client));
    this.#kept.delete(client);
    if (client.isOpen) {
      client.destroy();
    }
  }

  async #connect(login: { user: string; password: string }): Promise<Client> {
    const client = newClient(this.#config, login, this.#timeouts);
    client.on('error', () => {
      // What is under way is rejected with the same error.
    });
    try {
      // The client's own limit is that of the line: who takes it and says nothing would be waited for.
      await this.#within(this.#timeouts.connect, client.connect());
      return client;
    } catch (error) {
      this.#leave(client);
      throw error;
    }
  }

  #session(
    client: Client,
    phase: { now: Phase },
    signal?: AbortSignal,
  ): Session {
    const { command: limit } = this.#timeouts;
    const proceed = () => {
      if (signal?.aborted) {
        throw new RetryableError(`Stopped before ${this.title} was done`);
      }
    };
    const callAll = async (commands: Command[]) => {
      proceed();
      const replies = await Promise.allSettled(
        commands.map(command => this.#send(client, command, limit)),
      );
      return replies.map(reply => {
        if (reply.status === 'fulfilled') {
          return reply.value;
        }
        if (reply.reason instanceof ErrorReply) {
          return reply.reason;
        }
        throw reply.reason;
      });
    };
    return {
      signal,
      callAll,
      async call(...command) {
        const [reply] = await callAll([command]);
        return orThrow(reply);
      },
      async write(command) {
        proceed();
        phase.now = 'write';
        const [reply] = await callAll([command]);
        return orThrow(reply);
      },
      async transaction(commands) {
        proceed();
        phase.now = 'write';
        const replies = await callAll([['MULTI'], ...commands, ['EXEC']]);
        replies.slice(0, -1).forEach(orThrow);
        const done = orThrow(replies[replies.length - 1]);
        if (!Array.isArray(done)) {
          return undefined;
        }
        done.forEach(orThrow);
        return done;
      },
    };
  }

  async #send(client: Client, command: Command, ms: number): Promise<Reply> {
    return this.#within(ms, client.sendCommand<Reply>([...command]), () =>
      this.#leave(client),
    );
  }

  async #within<T>(
    ms: number,
    work: Promise<T>,
    giveUp = () => {},
  ): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error('No answer'));
        giveUp();
      }, ms);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function orThrow(reply: Reply): Reply {
  if (reply instanceof Error) {
    throw reply;
  }
  return reply;
}

function newClient(
  { connection }: RedisProviderConfig,
  login: { user: string; password: string },
  timeouts: ServerTimeouts,
) {
  const { host, port, ssl } = connection;
  const line = {
    host,
    port,
    connectTimeout: timeouts.connect,
    // A session is used as it is or left: what it watched and where it was would be lost.
    reconnectStrategy: false,
  } as const;
  return createClient({
    RESP: 2,
    username: login.user,
    password: login.password,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: ssl ? { ...line, tls: true, ...(ssl === true ? {} : ssl) } : line,
  });
}
