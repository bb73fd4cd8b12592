import { createHash } from 'node:crypto';
import {
  beforeAnything,
  Phase,
  ReadContext,
  RetryableError,
  Turns,
} from '@slipway/plugin-databases-node';
import {
  ConnectionOptions,
  createConnection,
  createPool,
  Pool,
  PoolConnection,
  RowDataPacket,
} from 'mysql2/promise';
import { MariaDbProviderConfig } from './config';
import { isBroken, toProviderError } from './errors';

/** Time for the server to stop a statement once it is told to, in milliseconds. */
const GRACE_MS = 2_000;

/**
 * Times after which the server counts as slow, in milliseconds.
 * @internal
 */
export interface ServerTimeouts {
  connect: number;
  statement: number;
  /** Waiting for another worker of the same database. */
  lock: number;
}

/**
 * A session of the platform.
 * @internal
 */
export interface Session {
  /** Aborts when the caller does not wait for the work any longer. */
  readonly signal?: AbortSignal;
  /** Values take the place of question marks. */
  query(sql: string, values?: unknown[]): Promise<RowDataPacket[]>;
}

/** Otherwise the certificate of any host of a known authority would do. */
function tlsOf(ssl: MariaDbProviderConfig['connection']['ssl']) {
  if (!ssl) {
    return undefined;
  }
  const options = ssl === true ? {} : ssl;
  return { verifyIdentity: options.rejectUnauthorized !== false, ...options };
}

/**
 * A shared server: sessions with limits on everything, and errors that say what
 * became of a call.
 *
 * @internal
 */
export class MariaDbServer {
  readonly #config: MariaDbProviderConfig;
  readonly #timeouts: ServerTimeouts;
  readonly #turns: Turns;
  readonly #pool: Pool;
  #salt: string | undefined;

  static create(
    config: MariaDbProviderConfig,
    timeouts: ServerTimeouts = {
      connect: 5_000,
      statement: 30_000,
      lock: 10_000,
    },
  ): MariaDbServer {
    return new MariaDbServer(config, timeouts);
  }

  private constructor(config: MariaDbProviderConfig, timeouts: ServerTimeouts) {
    this.#config = config;
    this.#timeouts = timeouts;
    this.#turns = Turns.create(config);
    this.#pool = createPool({
      ...this.connectionOptions(),
      connectionLimit: config.maxConcurrency,
      maxIdle: config.maxConcurrency,
      idleTimeout: 10_000,
    });
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
   * a lock on the server that goes with the session. Everything is done in that session, so that a worker that has lost the
   * lock can do nothing any more.
   */
  async exclusively<T>(
    id: string,
    work: (session: Session) => Promise<T>,
    context?: ReadContext,
  ): Promise<T> {
    return this.#withSession(
      'write',
      async session => {
        const lock = await this.#lockName(session, id);
        const seconds = this.#timeouts.lock / 1_000;
        const [{ got }] = await session.query('SELECT GET_LOCK(?, ?) AS got', [
          lock,
          seconds,
        ]);
        if (got !== 1) {
          throw new RetryableError(`${this.title} is busy with the same thing`);
        }
        const result = await work(session);
        if (!context?.signal?.aborted) {
          // Otherwise the session is about to be ended, and the lock with it.
          await session.query('DO RELEASE_LOCK(?)', [lock]);
        }
        return result;
      },
      context,
    );
  }

  /** How to connect: as the platform unless a login is given. */
  connectionOptions(login?: {
    user: string;
    password: string;
    database: string;
  }): ConnectionOptions {
    const { connection } = this.#config;
    return {
      host: connection.host,
      port: connection.port,
      user: connection.user,
      password: connection.password,
      ssl: tlsOf(connection.ssl),
      connectTimeout: this.#timeouts.connect,
      enableKeepAlive: true,
      // Ids and fences are read as text: JavaScript's numbers end before theirs.
      supportBigNumbers: true,
      bigNumberStrings: true,
      timezone: 'Z',
      charset: 'utf8mb4',
      ...login,
    };
  }

  async close(): Promise<void> {
    await this.#pool.end().catch(() => {
      // A session was broken; it is closed in any case.
    });
  }

  /** Tenants may take locks of any name: they must not know ours. */
  async #lockName(session: Session, id: string): Promise<string> {
    if (this.#salt === undefined) {
      const [row] = await session.query(
        `SELECT value FROM slipway.settings WHERE name = 'lock_salt'`,
      );
      this.#salt = String(row?.value ?? '');
    }
    const hash = createHash('sha256').update(`${this.#salt}:${id}`);
    return `slipway:${hash.digest('hex').slice(0, 40)}`;
  }

  async #withSession<T>(
    phase: Phase,
    work: (session: Session) => Promise<T>,
    context?: ReadContext,
  ): Promise<T> {
    const signal = context?.signal;
    return this.#turns.take(async () => {
      const connection = await this.#connect();
      const { session, done } = this.#stoppable(connection, signal);
      let failed = true;
      try {
        const result = await work(session);
        failed = false;
        return result;
      } catch (error) {
        throw toProviderError(error, this.title, phase);
      } finally {
        done();
        if (failed || signal?.aborted) {
          // It may hold a lock: ending it is the one way out that always works.
          connection.destroy();
        } else {
          connection.release();
        }
      }
    }, signal);
  }

  async #connect(): Promise<PoolConnection> {
    const seconds = Math.ceil(this.#timeouts.lock / 1_000);
    // Sessions that were kept may have broken since; each try removes one of them.
    for (let attempt = 0; ; attempt++) {
      let connection: PoolConnection | undefined;
      try {
        connection = await this.#pool.getConnection();
        await connection.query({
          // The mode, too: texts are quoted by backslash. And the time zone: events happen at the hour of the session that
          // made them, which comes twice a year when the clocks are set back.
          sql: `SET SESSION lock_wait_timeout = ?, innodb_lock_wait_timeout = ?, sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'`,
          values: [seconds, seconds],
          timeout: this.#timeouts.connect,
        });
        return connection;
      } catch (cause) {
        connection?.destroy();
        const wasKept = connection && isBroken(cause);
        if (!wasKept || attempt >= this.#config.maxConcurrency) {
          const error = toProviderError(cause, this.title, 'connect');
          // The first thing that every piece of work does, so that nothing came before it.
          throw beforeAnything(error);
        }
      }
    }
  }

  #stoppable(connection: PoolConnection, signal: AbortSignal | undefined) {
    let leaving: NodeJS.Timeout | undefined;
    const stop = () => {
      leaving = setTimeout(() => connection.destroy(), GRACE_MS);
      this.#stopStatement(connection.threadId).catch(() => {
        // Nobody could be told; the session is left in a moment.
      });
    };
    signal?.addEventListener('abort', stop, { once: true });
    const session: Session = {
      signal,
      query: async (sql, values) => {
        if (signal?.aborted) {
          throw new RetryableError(`Stopped before ${this.title} was done`);
        }
        const [rows] = await connection.query<RowDataPacket[]>({
          sql,
          values,
          timeout: this.#timeouts.statement,
        });
        return rows;
      },
    };
    return {
      session,
      done() {
        signal?.removeEventListener('abort', stop);
        clearTimeout(leaving);
      },
    };
  }

  async #stopStatement(threadId: number): Promise<void> {
    const other = await createConnection(this.connectionOptions());
    try {
      await other.query(`KILL QUERY ${Number(threadId)}`);
    } finally {
      await other.end();
    }
  }
}
