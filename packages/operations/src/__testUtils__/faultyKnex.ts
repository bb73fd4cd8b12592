import createKnex, { type Knex } from 'knex';
import PostgresClient from 'knex/lib/dialects/postgres';

/** What goes wrong at the n-th statement that a worker sends. */
export interface Fault {
  at: number;
  /**
   * `crash-before` and `crash-after`: the process dies before the statement is sent or after it
   * was carried out; `lost-answer`: it was carried out, the connection breaks, the process lives.
   */
  kind: 'crash-before' | 'crash-after' | 'lost-answer';
}

interface Connection {
  connection: { stream: { destroy(): void } };
}

export class Crash extends Error {}

/** A process: its connections, and what will happen to it. */
export interface Process {
  knex: Knex;
  statements: () => number;
  dead: () => boolean;
  /** Throws as soon as the process is dead; to be called before any other outside effect. */
  assertAlive(): void;
}

/** Connects a process which meets these faults. */
export function createProcess(
  connection: Knex.Config['connection'],
  faults: Fault[],
  onStatement: (n: number) => Promise<void> = async () => undefined,
): Process {
  const connections = new Set<Connection>();
  let statements = 0;
  let dead = false;

  const die = () => {
    dead = true;
    for (const open of connections) open.connection.stream.destroy();
  };

  class FaultyClient extends PostgresClient {
    async _query(conn: Connection, obj: object) {
      if (dead) throw new Crash('dead');
      connections.add(conn);
      statements += 1;
      const n = statements;
      await onStatement(n);
      const fault = faults.find(f => f.at === n);
      if (fault?.kind === 'crash-before') {
        die();
        throw new Crash('died before a statement');
      }
      const answer = await super._query(conn, obj);
      if (fault?.kind === 'crash-after') {
        die();
        throw new Crash('died after a statement');
      }
      if (fault?.kind === 'lost-answer') {
        conn.connection.stream.destroy();
        throw new Error('Connection terminated unexpectedly');
      }
      return answer;
    }
  }

  return {
    knex: createKnex({
      client: FaultyClient as unknown as typeof Knex.Client,
      connection,
      pool: { min: 0, max: 4 },
    }),
    statements: () => statements,
    dead: () => dead,
    assertAlive() {
      if (dead) throw new Crash('dead');
    },
  };
}
