import { Client, type ClientConfig } from 'pg';

/** Rows that are taken at a time. */
const PORTION = 500;
/** What is shorter is found by chance. */
const SHORTEST = 9;
/** How often JSON may lie in JSON: a row, its column, what a step printed. */
const JSON_DEPTH = 4;

/**
 * Looks for secrets in what the portal has written, in each form in which they could stand there.
 */
export class Leaks {
  readonly #forms: { what: string; form: string }[] = [];

  /** @param secrets - values, by what they are */
  static create(secrets: Iterable<readonly [what: string, value: string]>) {
    return new Leaks(secrets);
  }

  private constructor(
    secrets: Iterable<readonly [what: string, value: string]>,
  ) {
    for (const [what, value] of secrets) {
      if (value.length < SHORTEST) {
        throw new Error(`${what} is too short to be looked for`);
      }
      for (const form of formsOf(value)) {
        this.#forms.push({ what, form });
      }
    }
  }

  /** The secrets that a text tells. */
  inText(text: string, place: string): string[] {
    // Hexadecimal digits come in both cases.
    const lower = text.toLowerCase();
    return [
      ...new Set(
        this.#forms
          .filter(({ form }) => text.includes(form) || isHexIn(form, lower))
          .map(({ what }) => `${what} in ${place}`),
      ),
    ];
  }

  /**
   * The secrets in any column of any table of the databases of a server.
   *
   * @param named - what their names are like; all when left out
   */
  async inServer(server: ClientConfig, named = /./): Promise<string[]> {
    const databases = await query(
      { ...server, database: 'postgres' },
      `SELECT datname AS name FROM pg_database WHERE NOT datistemplate ORDER BY 1`,
    );
    const found: string[] = [];
    for (const { name } of databases.filter(each => named.test(each.name))) {
      found.push(...(await this.inDatabase({ ...server, database: name })));
    }
    return found;
  }

  /** The secrets in any column of any table of one database. */
  async inDatabase(database: ClientConfig): Promise<string[]> {
    const client = new Client(database);
    await client.connect();
    const found = new Set<string>();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT format('%I.%I', n.nspname, c.relname) AS name
          FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^(pg_|information_schema$)'
          ORDER BY 1`,
      );
      for (const { name } of tables) {
        await client.query('BEGIN');
        // Text, numbers, JSON and arrays as they are, bytes in hexadecimal.
        await client.query(
          `DECLARE looking CURSOR FOR SELECT to_json(t)::text AS line FROM ${name} AS t`,
        );
        for (;;) {
          const { rows } = await client.query<{ line: string }>(
            `FETCH ${PORTION} FROM looking`,
          );
          for (const { line } of rows) {
            for (const leak of this.inText(
              line,
              `the table ${name} of ${database.database}`,
            )) {
              found.add(leak);
            }
          }
          if (rows.length < PORTION) break;
        }
        await client.query('COMMIT');
      }
    } finally {
      await client.end();
    }
    return [...found];
  }
}

/** A value as it is, in JSON, in JSON in JSON and so on, in an address, in hexadecimal and in base64, and those once more as bytes. */
function formsOf(value: string): Set<string> {
  const escaped = [value];
  for (let depth = 0; depth < JSON_DEPTH; depth += 1) {
    escaped.push(JSON.stringify(escaped[depth]).slice(1, -1));
  }
  const readable = [
    ...escaped,
    encodeURIComponent(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    ...base64Of(Buffer.from(value)),
    ...base64Of(Buffer.from(escaped[1])),
  ];
  return new Set(
    readable.flatMap(form => [form, Buffer.from(form).toString('hex')]),
  );
}

/** Base64 of a value wherever it begins in what is encoded; the characters at its ends depend on its neighbours. */
function base64Of(value: Buffer): string[] {
  return [0, 1, 2].flatMap(offset => {
    const padded = Buffer.concat([Buffer.alloc(offset), value]);
    const whole = padded.length - (padded.length % 3);
    const form = padded
      .subarray(0, whole)
      .toString('base64')
      .slice(offset ? 4 : 0);
    return [
      form,
      form.replaceAll('+', '-').replaceAll('/', '_'),
      encodeURIComponent(form),
    ];
  });
}

function isHexIn(form: string, lowerText: string): boolean {
  return /^([0-9a-f]{2})+$/.test(form) && lowerText.includes(form);
}

async function query(
  connection: ClientConfig,
  statement: string,
): Promise<{ name: string }[]> {
  const client = new Client(connection);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
