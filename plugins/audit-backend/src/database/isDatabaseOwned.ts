import type { Knex } from 'knex';
import { withPlainNames } from './withPlainNames';

/** Whether the portal's login can drop the database of the trail, with all that is in it: it owns it, or can become who does. */
export async function isDatabaseOwned(knex: Knex): Promise<boolean> {
  return withPlainNames(knex, async tx => {
    const { rows } = await tx.raw<{ rows: { owned: boolean }[] }>(
      `SELECT pg_has_role(datdba, 'MEMBER') AS owned FROM pg_database WHERE datname = current_database()`,
    );
    return rows[0]?.owned ?? true;
  });
}
