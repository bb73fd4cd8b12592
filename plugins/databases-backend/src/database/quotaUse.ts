import type { Knex } from 'knex';
import { ACTIVE_OPERATION_STATES } from './rows';

/** Lets only one at a time count what a group has, until the transaction ends. */
export async function lockOwner(
  trx: Knex.Transaction,
  owner: string,
): Promise<void> {
  await trx.raw(
    `SELECT pg_advisory_xact_lock(hashtextextended('databases-quota ' || ?, 0))`,
    [owner],
  );
}

/** What a group has that is not deleted, also what is only ordered yet. Storage is what was ordered, not what is in use. */
export async function measureUse(
  knex: Knex,
  place: { owner: string; environments?: string[]; engines?: string[] },
): Promise<{ databases: number; storageGiB: number }> {
  const query = knex('databases as d')
    .join('database_revisions as s', join =>
      join.on('s.database_id', 'd.id').on('s.revision', 'd.revision'),
    )
    .leftJoin('operations_operations as o', join =>
      join
        .on('o.resource_id', '=', knex.raw('d.id::text'))
        .on('o.type', '=', knex.raw("'resize'"))
        .onIn('o.state', [...ACTIVE_OPERATION_STATES]),
    )
    .leftJoin('database_pending_changes as p', join =>
      join.on('p.database_id', 'd.id').onNull('p.ended_at'),
    )
    .whereNull('d.deleted_at')
    .where('d.owner', place.owner);
  if (place.environments) query.whereIn('d.environment', place.environments);
  if (place.engines) query.whereIn('d.engine', place.engines);
  const row = await query.first<{ databases: string; storage: string | null }>(
    knex.raw('count(*) AS databases'),
    // The larger of what it has and what it is to have.
    knex.raw(`sum(greatest((s.spec->'limits'->>'storageGiB')::numeric,
      (o.input->'storedSpec'->'limits'->>'storageGiB')::numeric,
      (p.spec->'limits'->>'storageGiB')::numeric)) AS storage`),
  );
  return {
    databases: Number(row?.databases ?? 0),
    storageGiB: Number(row?.storage ?? 0),
  };
}
