import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';

/** A write of the portal's to one of its databases, which is held just before it is committed. */
export interface Gate {
  database: string;
  table: string;
  on: 'INSERT' | 'UPDATE';
  /** SQL over `NEW`. */
  when: string;
}

/**
 * Holds a program at chosen writes, so that it can be killed exactly there: everything before the write has happened
 * in the world outside, and the write itself never will have.
 */
export class Gates {
  readonly #connection: ClientConfig;
  /** One session for each database: it holds the lock that the gates of that database wait for. */
  readonly #sessions = new Map<string, Client>();
  readonly #gates: (Gate & { key: number })[] = [];

  /** @param connection - a superuser's */
  constructor(connection: ClientConfig) {
    this.#connection = connection;
  }

  async set(gate: Gate): Promise<void> {
    const key = this.#gates.length + 1;
    this.#gates.push({ ...gate, key });
    const session = await this.#session(gate.database);
    await session.query('SELECT pg_advisory_lock(815, $1)', [key]);
    await session.query(`
      CREATE FUNCTION test_gate_${key}() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF ${gate.when} THEN
          PERFORM pg_advisory_xact_lock(815, ${key});
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER test_gate_${key} AFTER ${gate.on} ON ${gate.table} FOR EACH ROW
        EXECUTE FUNCTION test_gate_${key}()`);
  }

  /** Resolves when every gate holds somebody. */
  async closed(seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const open = [];
      for (const gate of this.#gates) {
        if ((await this.#held(gate)).length === 0) {
          open.push(`${gate.on} ${gate.database}.${gate.table}`);
        }
      }
      if (open.length === 0) {
        return;
      }
      if (Date.now() > deadline) {
        throw new Error(`Nobody came to: ${open.join(', ')}`);
      }
      await sleep(50);
    }
  }

  /**
   * Takes the gates away. What they hold is rolled back: call it when whoever wrote is dead, as the server would find
   * out by itself some time later.
   */
  async takeDown(): Promise<void> {
    const gates = this.#gates.splice(0);
    // First all, since one that waits at one gate may stand in another gate's way.
    for (const gate of gates) {
      const session = await this.#session(gate.database);
      for (const pid of await this.#held(gate)) {
        await session.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
      }
    }
    for (const gate of gates) {
      const session = await this.#session(gate.database);
      await session.query(`DROP FUNCTION test_gate_${gate.key}() CASCADE`);
      await session.query('SELECT pg_advisory_unlock(815, $1)', [gate.key]);
    }
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) {
      await session.end();
    }
  }

  async #held(gate: { database: string; key: number }): Promise<number[]> {
    const session = await this.#session(gate.database);
    const { rows } = await session.query<{ pid: number }>(
      `SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE d.datname = $1 AND l.locktype = 'advisory' AND l.classid = 815 AND l.objid = $2 AND NOT l.granted`,
      [gate.database, gate.key],
    );
    return rows.map(row => row.pid);
  }

  async #session(database: string): Promise<Client> {
    const known = this.#sessions.get(database);
    if (known) {
      return known;
    }
    const session = new Client({ ...this.#connection, database });
    await session.connect();
    this.#sessions.set(database, session);
    return session;
  }
}
