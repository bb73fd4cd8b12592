import type { Knex } from 'knex';
import { withPlainNames } from './withPlainNames';

/** Whether the trail belongs to a role that the portal's login is not, and cannot become. */
export async function isSeparatelyOwned(knex: Knex): Promise<boolean> {
  return withPlainNames(knex, async tx => {
    const { rows } = await tx.raw<{ rows: { separate: boolean }[] }>(
      // A superuser is a member of every role.
      `SELECT NOT pg_has_role(nspowner, 'MEMBER') AS separate FROM pg_namespace WHERE nspname = 'slipway_audit'`,
    );
    return rows[0]?.separate ?? false;
  });
}
