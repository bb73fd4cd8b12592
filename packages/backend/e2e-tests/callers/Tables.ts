import { Client } from 'pg';
import type { BenchPostgres } from '../../../../bench/lib/postgres.ts';
import { Leaks } from '../support/leaks.ts';

/** Tables that change while nobody asks for anything, or because somebody was refused, and why that is right. */
const PASSED_OVER: { table: RegExp; why: string }[] = [
  {
    table: /^slipway_audit\./,
    why: 'a refusal is on record: that is what the trail is for',
  },
  {
    table: /\.backstage_backend_tasks__tasks$/,
    why: 'the scheduler notes when each task ran and runs next',
  },
  {
    table: /\.backstage_backend_public_keys__keys$/,
    why: 'a plugin makes a key when it first speaks to another',
  },
  {
    table: /\.\w+_jobs\.(version|queue)$/,
    why: 'the job queue notes when it looked after itself; jobs are looked at',
  },
  {
    table: /^slipway_events\./,
    why: 'hints between plugins; replicas note how far they have read',
  },
  {
    table: /^slipway_databases\.public\.database_(health|measurements)$/,
    why: 'every few minutes each database is measured',
  },
];

/** Columns that are left out of a table, and why that is right. */
const LEFT_OUT: { table: string; column: string; why: string }[] = [
  {
    table: 'slipway_policies.public.policy_state',
    column: 'checked_at',
    why: 'each minute the folders of policies are looked at',
  },
  {
    table: 'slipway_policies.public.policy_sets',
    column: 'loaded_at',
    why: 'each minute the folders of policies are looked at',
  },
];

/** The contents of every table of the portal's databases, told apart by their hashes. */
export class Tables {
  readonly #clients: { database: string; client: Client; sql: string }[];
  readonly #connection: BenchPostgres['connection'];

  static async open(postgres: BenchPostgres): Promise<Tables> {
    const first = new Client(postgres.connection);
    await first.connect();
    const { rows } = await first.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE datname LIKE 'slipway_%' ORDER BY datname",
    );
    await first.end();
    const clients = [];
    for (const { datname: database } of rows) {
      const client = new Client({ ...postgres.connection, database });
      await client.connect();
      const tables = await client.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
          WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
      );
      const sql = tables.rows
        .map(({ name }) => name)
        .filter(name => !isPassedOver(`${database}.${name}`))
        .map(
          name =>
            `SELECT '${database}.${name}' AS name,
              md5(coalesce(string_agg(row, '' ORDER BY row), '')) AS hash
              FROM (SELECT md5(${rowOf(`${database}.${name}`)}) AS row FROM ${name} t) rows`,
        )
        .join('\nUNION ALL ');
      if (sql) {
        clients.push({ database, client, sql });
      } else {
        await client.end();
      }
    }
    return new Tables(clients, postgres.connection);
  }

  private constructor(
    clients: { database: string; client: Client; sql: string }[],
    connection: BenchPostgres['connection'],
  ) {
    this.#clients = clients;
    this.#connection = connection;
  }

  /** Where in the databases a secret stands, in whatever form. */
  holding(secret: string): Promise<string[]> {
    return Leaks.create([['it', secret]]).inServer(this.#connection);
  }

  /** A client of one plugin's database. */
  of(plugin: string): Client {
    return this.#clients.find(each => each.database === `slipway_${plugin}`)!
      .client;
  }

  async hashes(): Promise<Map<string, string>> {
    const answers = await Promise.all(
      this.#clients.map(({ client, sql }) =>
        client.query<{ name: string; hash: string }>(sql),
      ),
    );
    return new Map(
      answers.flatMap(({ rows }) =>
        rows.map(({ name, hash }): [string, string] => [name, hash]),
      ),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map(({ client }) => client.end()));
  }
}

/** The names of the tables that are not as they were. */
export function changed(
  before: Map<string, string>,
  after: Map<string, string>,
): string[] {
  return [...after]
    .filter(([name, hash]) => before.get(name) !== hash)
    .map(([name]) => name);
}

/** SQL for the text of a row. */
function rowOf(table: string): string {
  const columns = LEFT_OUT.filter(each => each.table === table);
  return columns.length > 0
    ? `(to_jsonb(t) - ARRAY[${columns.map(({ column }) => `'${column}'`)}])::text`
    : 't::text';
}

function isPassedOver(name: string): boolean {
  return PASSED_OVER.some(({ table }) => table.test(name));
}
