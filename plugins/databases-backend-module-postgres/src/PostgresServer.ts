import {
  beforeAnything,
  Phase,
  ReadContext,
  Turns,
} from '@slipway/plugin-databases-node';
import { Client, ClientBase, ClientConfig, Pool } from 'pg';
import { PostgresProviderConfig } from './config';
import { enterFull, isDatabaseFull } from './enterFull';
import { isTransient, toProviderError } from './errors';
import { quoteText } from './identifiers';
import { stoppable } from './stoppable';
import { Tunnel } from './tools/Tunnel';

const ATTEMPTS = 8;

/** How much longer than the server's own limit an answer is waited for. */
const HANG_MS = 5_000;

/**
 * Times after which the server counts as slow, in milliseconds.
 * @internal
 */
export interface ServerTimeouts {
  connect: number;
  statement: number;
  /** For a statement that copies or removes files. Less than the time of the step that it is in. */
  lengthy: number;
  lock: number;
}

/**
 * A session on the server's own database, `postgres`.
 * @internal
 */
export type Session = Pick<ClientBase, 'query'> & {
  /** Aborts when the caller does not wait for the work any longer. */
  readonly signal?: AbortSignal;
};

/**
 * A shared server: sessions with limits on everything, and errors that say what
 * became of a call.
 *
 * @internal
 */
export class PostgresServer {
  readonly #config: PostgresProviderConfig;
  readonly #timeouts: ServerTimeouts;
  readonly #turns: Turns;
  readonly #pool: Pool;

  static create(
    config: PostgresProviderConfig,
    timeouts: Partial<ServerTimeouts> = {},
  ): PostgresServer {
    return new PostgresServer(config, {
      connect: 5_000,
      statement: 30_000,
      lengthy: 100_000,
      lock: 10_000,
      ...timeouts,
    });
  }

  private constructor(
    config: PostgresProviderConfig,
    timeouts: ServerTimeouts,
  ) {
    this.#config = config;
    this.#timeouts = timeouts;
    this.#turns = Turns.create(config);
    this.#pool = new Pool({
      ...this.#clientConfig('postgres'),
      max: config.maxConcurrency,
      idleTimeoutMillis: 10_000,
      allowExitOnIdle: true,
    });
    // A session that breaks while nobody uses it is thrown away by the pool;
    // whoever comes next gets a new one or a clear error.
    this.#pool.on('error', () => {});
  }

  get title(): string {
    return this.#config.title;
  }

  /** Only looks. */
  async read<T>(
    work: (session: Session) => Promise<T>,
    context?: ReadContext,
  ): Promise<T> {
    return this.#withSession('read', work, context);
  }

  /**
   * Changes things of one database: one worker at a time among all replicas, by
   * a lock on the server that goes with the session.
   */
  async exclusively<T>(
    id: string,
    work: (session: Session) => Promise<T>,
    context?: ReadContext,
  ): Promise<T> {
    const key = `hashtextextended(${quoteText(`slipway:${id}`)}, 0)`;
    return this.#withSession(
      'write',
      async session => {
        await session.query(`SELECT pg_advisory_lock(${key})`);
        const result = await work(session);
        if (!context?.signal?.aborted) {
          // Otherwise the session is about to be ended, and the lock with it.
          await session.query(`SELECT pg_advisory_unlock(${key})`);
        }
        return result;
      },
      context,
    );
  }

  /** All or nothing; done again at once when two sessions got in each other's way. */
  async transaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
    return this.retrying(async () => {
      await session.query('BEGIN');
      try {
        const result = await work();
        await session.query('COMMIT');
        return result;
      } catch (error) {
        await session.query('ROLLBACK').catch(() => {
          // The session is broken; the first error says why.
        });
        throw error;
      }
    });
  }

  /** Repeats what passes by itself, with growing pauses of random length. */
  async retrying<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (attempt === ATTEMPTS || !isTransient(error)) {
          throw error;
        }
        const pause = Math.random() * Math.min(50 * 2 ** attempt, 1_000);
        await new Promise(resolve => setTimeout(resolve, pause));
      }
    }
  }

  /** Runs a statement for which the time of the others is too short. Not within a transaction. */
  async lengthy(session: Session, statement: string): Promise<void> {
    const { lengthy } = this.#timeouts;
    await session.query(`SET statement_timeout TO ${lengthy}`);
    const query = { text: statement, query_timeout: lengthy + HANG_MS };
    await session.query(query);
    await session.query('RESET statement_timeout');
  }

  /** A session of the platform on a tenant's database, which is stopped with the one from which it is begun. */
  async inDatabase<T>(
    from: Session,
    database: string,
    phase: Phase,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    const { session, leave } = await this.#enter(from, database);
    try {
      return await work(session);
    } catch (error) {
      throw toProviderError(error, this.title, phase);
    } finally {
      await leave();
    }
  }

  /** A client that is not connected yet; as the platform unless a login is given. */
  client(database: string, login?: { user: string; password: string }): Client {
    const client = new Client({
      ...this.#clientConfig(database),
      ...(login && { ...login, options: undefined }),
    });
    client.on('error', () => {
      // What is under way is rejected with the same error.
    });
    return client;
  }

  /**
   * A session, not begun yet, of a login that was made for a program. It takes as long as the program does: the signal ends what it
   * waits for.
   */
  toolClient(
    database: string,
    login: { user: string; password: string },
  ): Client {
    const client = new Client({
      ...this.#clientConfig(database),
      ...login,
      // The role has its own settings.
      options: undefined,
      statement_timeout: undefined,
      lock_timeout: undefined,
      idle_in_transaction_session_timeout: undefined,
      query_timeout: undefined,
    });
    client.on('error', () => {
      // What is under way is rejected with the same error.
    });
    return client;
  }

  /** The way to the server for a program. */
  openTunnel(): Promise<Tunnel> {
    return Tunnel.open(this.#config.connection, this.#timeouts.connect);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #withSession<T>(
    phase: Phase,
    work: (session: Session) => Promise<T>,
    context?: ReadContext,
  ): Promise<T> {
    const signal = context?.signal;
    return this.#turns.take(async () => {
      const client = await this.#pool.connect().catch(cause => {
        const error = toProviderError(cause, this.title, 'connect');
        // The first thing that every piece of work does, so that nothing came before it.
        throw beforeAnything(error);
      });
      // The pool's clients are clients, whatever their type hides.
      const { session, done } = this.#stoppable(
        client as unknown as Client,
        signal,
      );
      // The pool listens only while a session is idle; an error that nobody
      // listens to would end the process.
      const onError = () => {};
      client.on('error', onError);
      let failed = true;
      try {
        const result = await work(session);
        failed = false;
        return result;
      } catch (error) {
        throw toProviderError(error, this.title, phase);
      } finally {
        done();
        client.off('error', onError);
        // After a failure the session may hold a lock or an open transaction:
        // ending it is the one way out that always works.
        client.release(failed || signal?.aborted);
      }
    }, signal);
  }

  async #enter(from: Session, database: string) {
    const enter = async () => {
      const client = this.client(database);
      const { session, done } = this.#stoppable(client, from.signal);
      const leave = async () => {
        done();
        await client.end().catch(() => {
          // Closed already.
        });
      };
      try {
        await client.connect();
        return { session, leave };
      } catch (error) {
        await leave();
        throw error;
      }
    };
    try {
      return await enter().catch(error => {
        if (isDatabaseFull(error)) {
          return enterFull(this, database, enter);
        }
        throw error;
      });
    } catch (error) {
      throw toProviderError(error, this.title, 'connect');
    }
  }

  #stoppable(client: Client, signal: AbortSignal | undefined) {
    return stoppable(client, {
      title: this.title,
      signal,
      cancel: async processId => {
        const other = this.client('postgres');
        try {
          await other.connect();
          await other.query('SELECT pg_cancel_backend($1)', [processId]);
        } finally {
          await other.end();
        }
      },
    });
  }

  #clientConfig(database: string): ClientConfig {
    const { connection } = this.#config;
    const { connect, statement, lock } = this.#timeouts;
    return {
      host: connection.host,
      port: connection.port,
      user: connection.user,
      password: connection.password,
      ssl: connection.ssl,
      database,
      application_name: 'slipway',
      // Tenants make what they like in their databases, functions and operators too. Ours are looked for in pg_catalog alone:
      // otherwise a statement of the platform would run what a tenant has named alike, with the platform's rights.
      options: '-c search_path=',
      connectionTimeoutMillis: connect,
      statement_timeout: statement,
      lock_timeout: lock,
      idle_in_transaction_session_timeout: 60_000,
      // The server's own limit comes first; this one is for a server that hangs.
      query_timeout: statement + HANG_MS,
      keepAlive: true,
    };
  }
}
