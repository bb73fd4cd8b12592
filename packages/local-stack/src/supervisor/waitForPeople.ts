import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresConnection } from '../postgres/PostgresServer.ts';
import { withClient } from '../postgres/roles.ts';

const PATIENCE_MS = 15_000;

/**
 * Waits until the catalog has read its people. The portal is ready before it has, and would refuse whoever signs in in
 * its first seconds.
 *
 * @remarks
 * It looks into the catalog's table, since the catalog's API answers nobody who has not signed in. A catalog that is
 * kept elsewhere, as a company's configuration may say, or that has no people, is not waited for any longer than this.
 *
 * @param connection - the superuser's, of the portal's Postgres
 */
export async function waitForPeople(
  connection: PostgresConnection,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  try {
    await withClient(
      { ...connection, database: 'slipway_catalog' },
      async client => {
        for (;;) {
          const { rowCount } = await client.query(
            `SELECT FROM final_entities WHERE entity_ref LIKE 'user:%' AND final_entity IS NOT NULL LIMIT 1`,
          );
          if (rowCount || Date.now() > deadline) {
            return;
          }
          await sleep(100);
        }
      },
    );
  } catch {
    // It is kept elsewhere.
  }
}
