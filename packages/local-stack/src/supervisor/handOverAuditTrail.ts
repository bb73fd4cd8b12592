import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresConnection } from '../postgres/PostgresServer.ts';
import { withClient } from '../postgres/roles.ts';
import { repository } from '../settings.ts';

const FILE = join(repository, 'plugins', 'audit-backend', 'handover.sql');

/**
 * Hands the audit trail over to a role that nobody logs in as, as an administrator does in production. May be repeated. A
 * trail that is kept elsewhere, as a company's configuration may say, is left alone.
 *
 * @param connection - the superuser's, of the portal's Postgres
 */
export async function handOverAuditTrail(
  connection: PostgresConnection,
): Promise<void> {
  const database = 'slipway_audit';
  const isHere = await withClient(connection, async client => {
    const found = await client.query(
      'SELECT 1 FROM pg_database WHERE datname = $1',
      [database],
    );
    return found.rowCount !== 0;
  });
  if (!isHere) {
    return;
  }
  const statements = await readFile(FILE, 'utf8');
  await withClient({ ...connection, database }, client =>
    client.query(statements),
  );
}
