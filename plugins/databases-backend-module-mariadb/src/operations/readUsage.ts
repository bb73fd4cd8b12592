import { serverErrors } from '../errors';
import { Session } from '../MariaDbServer';

/** How many tables are asked about in one statement. */
const BATCH = 100;
/** Longer than this a statement about tables takes only where a tenant wants it to, in seconds. */
const SECONDS = 5;
/** So long in all, in milliseconds; what is not counted by then is left out. */
const PATIENCE_MS = 10_000;

/**
 * How much room a database takes, and the server's version.
 *
 * @remarks
 *
 * `information_schema.TABLES` opens whatever it is asked about, unless it is asked for names and engines alone: views, which can be nested so that
 * each level takes twice as long, and tables that a statement holds for as long as it likes. So it is asked about tables
 * by their names alone, and only about those that InnoDB does not know the size of.
 * @internal
 */
export async function readUsage(
  session: Session,
  database: string,
): Promise<{ sizeBytes: number; version: string }> {
  const [row] = await session.query(
    `SELECT coalesce(SUM(FILE_SIZE), 0) AS size, VERSION() AS version
       FROM information_schema.INNODB_SYS_TABLESPACES WHERE LEFT(NAME, ?) = ?`,
    [database.length + 1, `${database}/`],
  );
  return {
    sizeBytes: Number(row.size) + (await readOthers(session, database)),
    version: String(row.version).split('-')[0],
  };
}

/** What tables of other engines take. */
async function readOthers(session: Session, database: string): Promise<number> {
  const end = Date.now() + PATIENCE_MS;
  const tables = await ask(
    session,
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = ? AND TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB'`,
    [database],
  );
  let size = 0;
  for (let i = 0; i < tables.length && Date.now() < end; i += BATCH) {
    const batch = tables.slice(i, i + BATCH);
    const rows = await ask(
      session,
      batch
        .map(
          () =>
            `SELECT DATA_LENGTH + INDEX_LENGTH AS size FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?`,
        )
        .join(' UNION ALL '),
      batch.flatMap(({ name }) => [database, name]),
    );
    size += rows.reduce((sum, each) => sum + Number(each.size ?? 0), 0);
  }
  return size;
}

/** Waits for nobody's lock, and gives up what takes long. */
async function ask(session: Session, sql: string, values: unknown[]) {
  try {
    return await session.query(
      `SET STATEMENT lock_wait_timeout = 0, max_statement_time = ${SECONDS} FOR ${sql}`,
      values,
    );
  } catch (error) {
    if ((error as { errno?: number }).errno !== serverErrors.tooSlow) {
      throw error;
    }
    return [];
  }
}
