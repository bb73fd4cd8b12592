import type { Knex } from 'knex';
import { ACTIVE_OPERATION_STATES } from './rows';

/** What failed is tried again after this, and what is new is first backed up. */
const SOON = `interval '1 hour'`;

/** Since when nothing in a suspended database changes. */
const SUSPENDED = `coalesce((SELECT max(s.finished_at) FROM operations_operations s
  WHERE s.resource_id = d.id::text AND s.type = 'suspend' AND s.state = 'succeeded'), d.created_at)`;

/** How many backups of somebody's each provider has under way. What waits for a server, for a switch or for a person holds up nobody. */
export async function countRunningBackups(
  knex: Knex,
  { actor }: { actor: string },
): Promise<Map<string, number>> {
  const rows = await knex('operations_operations as o')
    .join('databases as d', join =>
      join.on('o.resource_id', '=', knex.raw('d.id::text')),
    )
    .whereIn('o.state', ['pending', 'running'])
    .whereNull('o.paused_scope')
    .where({ 'o.type': 'backup', 'o.actor': actor })
    .groupBy('d.provider_id')
    .select<{ provider_id: string; count: string }[]>(
      'd.provider_id',
      knex.raw('count(*) AS count'),
    );
  return new Map(rows.map(row => [row.provider_id, Number(row.count)]));
}

/** Databases in use of which there is no backup, and none under way, since that many hours. */
export async function listWithoutBackup(
  knex: Knex,
  options: {
    providerId: string;
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
  options: { providerId: string; limit: number },
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
              `b.state = 'kept' AND b.proven_at IS NOT NULL AND b.created_at >= ${SUSPENDED}`,
            )
            .orWhereRaw(
              `b.created_at > now() - ${SOON} AND b.created_at >= ${SUSPENDED}`,
            ),
        )
        .select(knex.raw('1')),
    );
}

/** The id of the newest proven backup of what a suspended database holds; undefined when there is none. */
export async function findFinalBackup(
  knex: Knex,
  databaseId: string,
): Promise<string | undefined> {
  const row = await knex('database_backups as b')
    .join('databases as d', 'd.id', 'b.database_id')
    .where({ 'b.database_id': databaseId, 'b.state': 'kept' })
    .whereNotNull('b.proven_at')
    .whereRaw(`b.created_at >= ${SUSPENDED}`)
    .orderBy('b.created_at', 'desc')
    .first('b.id');
  return row?.id;
}

/** Why there is no proven backup of what a suspended database holds: the newest was tried and is none. */
export async function whyNoFinalBackup(
  knex: Knex,
  databaseId: string,
): Promise<string | undefined> {
  const row = await knex('database_backups as b')
    .join('databases as d', 'd.id', 'b.database_id')
    .where({ 'b.database_id': databaseId })
    .whereRaw(`b.created_at >= ${SUSPENDED}`)
    .orderBy('b.created_at', 'desc')
    .first('b.state', 'b.problem');
  if (!row) return undefined;
  if (row.problem) return row.problem;
  return row.state === 'writing' ? 'It is being taken now.' : undefined;
}

function idle(
  knex: Knex,
  { providerId, limit }: { providerId: string; limit: number },
) {
  return (
    knex('databases as d')
      .join('operations_resources as r', join =>
        join.on('r.id', '=', knex.raw('d.id::text')),
      )
      .whereNull('d.deleted_at')
      .where('d.provider_id', providerId)
      .whereNotExists(
        knex('operations_operations as o')
          .whereRaw('o.resource_id = r.id')
          .whereIn('o.state', [...ACTIVE_OPERATION_STATES])
          .select(knex.raw('1')),
      )
      // What was tried least lately: what fails again and again comes after what was never tried.
      .orderByRaw(
        `(SELECT max(t.created_at) FROM database_backups t WHERE t.database_id = d.id) NULLS FIRST, d.id`,
      )
      .limit(limit)
      .pluck('d.id')
  );
}
