import type { Knex } from 'knex';
import { ACTIVE_OPERATION_STATES } from './rows';

/** What failed is tried again after this, and what is new is first backed up. */
const SOON = `interval '1 hour'`;

/** Backups that somebody has under way. */
export async function countRunningBackups(
  knex: Knex,
  { actor }: { actor: string },
): Promise<number> {
  const [{ count }] = await knex('operations_operations')
    .whereIn('state', [...ACTIVE_OPERATION_STATES])
    .where({ type: 'backup', actor })
    .count({ count: '*' });
  return Number(count);
}

/** Databases in use of which there is no backup, and none under way, since that many hours. */
export async function listWithoutBackup(
  knex: Knex,
  options: {
    providerIds: string[];
    environments: string[];
    everyHours: number;
    limit: number;
  },
): Promise<string[]> {
  return idle(knex, options)
    .where('r.state', 'ready')
    .whereIn('d.environment', options.environments)
    .whereRaw(`d.created_at < now() - ${SOON}`)
    .whereNotExists(
      knex('database_backups as b')
        .whereRaw('b.database_id = d.id')
        .whereRaw(
          `b.created_at > now() - CASE b.state WHEN 'failed' THEN least(${SOON}, ? * interval '1 hour')
            ELSE ? * interval '1 hour' END`,
          [options.everyHours, options.everyHours],
        )
        .select(knex.raw('1')),
    );
}

/** Deleted databases, still kept, without a proven backup of what they hold, nor one that has failed just now. */
export async function listWithoutFinalBackup(
  knex: Knex,
  options: { providerIds: string[]; limit: number },
): Promise<string[]> {
  return idle(knex, options)
    .where('r.state', 'suspended')
    .whereNotNull('d.purge_after')
    .whereNotExists(
      knex('database_backups as b')
        .whereRaw('b.database_id = d.id')
        .where(query =>
          query
            .whereRaw(
              `b.state = 'kept' AND b.proven_at IS NOT NULL AND b.created_at >= d.suspended_at`,
            )
            .orWhereRaw(
              `b.created_at > now() - ${SOON} AND b.created_at >= d.suspended_at`,
            ),
        )
        .select(knex.raw('1')),
    );
}

/** When the newest proven backup of what a suspended database holds was taken; undefined when there is none. */
export async function findFinalBackup(
  knex: Knex,
  databaseId: string,
): Promise<Date | undefined> {
  const row = await knex('database_backups as b')
    .join('databases as d', 'd.id', 'b.database_id')
    .where({ 'b.database_id': databaseId, 'b.state': 'kept' })
    .whereNotNull('b.proven_at')
    .whereRaw('b.created_at >= d.suspended_at')
    .orderBy('b.created_at', 'desc')
    .first('b.taken_at');
  return row?.taken_at;
}

function idle(
  knex: Knex,
  { providerIds, limit }: { providerIds: string[]; limit: number },
) {
  return knex('databases as d')
    .join('operations_resources as r', join =>
      join.on('r.id', '=', knex.raw('d.id::text')),
    )
    .whereNull('d.deleted_at')
    .whereIn('d.provider_id', providerIds)
    .whereNotExists(
      knex('operations_operations as o')
        .whereRaw('o.resource_id = r.id')
        .whereIn('o.state', [...ACTIVE_OPERATION_STATES])
        .select(knex.raw('1')),
    )
    .orderBy('d.id')
    .limit(limit)
    .pluck('d.id');
}
