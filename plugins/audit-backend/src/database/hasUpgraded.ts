import type { Knex } from 'knex';

/** Whether the functions of the trail are those of `upgrade.sql`, which only their owner can put there. */
export async function hasUpgraded(knex: Knex): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { comment: string | null }[] }>(
    `SELECT obj_description('slipway_audit.drop_segments(interval)'::regprocedure, 'pg_proc') AS comment`,
  );
  return rows[0].comment === 'upgrade 1';
}
