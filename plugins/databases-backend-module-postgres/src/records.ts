import type { Session } from './PostgresServer';

/**
 * What the portal calls a database and whose it is.
 * @internal
 */
export interface DatabaseRecord {
  name: string;
  environment: string;
  owner: string;
}

/**
 * Remembers on the server what a database is called in the portal and whose it
 * is, for the day when the portal has forgotten.
 *
 * @remarks
 *
 * In a table in `postgres`, where no tenant gets in: the comments on roles and
 * databases are read by all of them. The table is made here, because servers
 * were prepared before there was one.
 * @internal
 */
export async function writeRecord(
  session: Pick<Session, 'query'>,
  id: string,
  record: DatabaseRecord,
): Promise<void> {
  if (!(await hasRecords(session))) {
    // One at a time: two that both find nothing would both make it. Together they are one transaction.
    await session.query(
      `SELECT pg_advisory_xact_lock(hashtextextended('slipway-records', 0));
       CREATE TABLE IF NOT EXISTS slipway.databases (
         id uuid PRIMARY KEY,
         name text NOT NULL,
         environment text NOT NULL,
         owner text NOT NULL
       )`,
    );
  }
  await session.query(
    `INSERT INTO slipway.databases (id, name, environment, owner) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE
         SET name = excluded.name, environment = excluded.environment, owner = excluded.owner`,
    [id, record.name, record.environment, record.owner],
  );
}

/**
 * Remembers another owner of a database that is remembered.
 * @internal
 */
export async function writeOwner(
  session: Pick<Session, 'query'>,
  id: string,
  owner: string,
): Promise<void> {
  if (await hasRecords(session)) {
    await session.query(
      'UPDATE slipway.databases SET owner = $2 WHERE id = $1',
      [id, owner],
    );
  }
}

/** @internal */
export async function removeRecord(
  session: Pick<Session, 'query'>,
  id: string,
): Promise<void> {
  if (await hasRecords(session)) {
    await session.query('DELETE FROM slipway.databases WHERE id = $1', [id]);
  }
}

/**
 * All that are remembered, by id.
 * @internal
 */
export async function readRecords(
  session: Pick<Session, 'query'>,
): Promise<Map<string, DatabaseRecord>> {
  if (!(await hasRecords(session))) {
    return new Map();
  }
  const { rows } = await session.query(
    'SELECT id, name, environment, owner FROM slipway.databases',
  );
  return new Map(rows.map(({ id, ...record }) => [id, record]));
}

async function hasRecords(session: Pick<Session, 'query'>): Promise<boolean> {
  const { rows } = await session.query(
    `SELECT to_regclass('slipway.databases') IS NOT NULL AS there`,
  );
  return rows[0].there;
}
