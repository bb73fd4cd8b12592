import type { Knex } from 'knex';
import { RENEW } from '../operations/renew';
import { ACTIVE_OPERATION_STATES } from './rows';

/** A part of the time that is different for each database, and always the same: not all of them are due at once. */
const DUE = `coalesce(d.workload_since, d.created_at)
  + ?::float8 * interval '1 day' * (1 - ?::float8 * (abs(hashtext(d.id::text)) % 1000) / 1000.0)`;
/** What failed is tried again after this. */
const SOON = `interval '1 hour'`;

interface Plan {
  environments: string[];
  everyDays: number;
  jitter: number;
}

/** The time by the clock of the portal's database. */
export async function readNow(knex: Knex): Promise<Date> {
  const { rows } = await knex.raw('SELECT now()');
  return rows[0].now;
}

/** When a database gets a new login by itself. */
export async function dueAt(
  knex: Knex,
  databaseId: string,
  plan: Plan,
): Promise<Date | undefined> {
  const row = await knex('databases as d')
    .where('d.id', databaseId)
    .first(knex.raw(`${DUE} AS due`, [plan.everyDays, plan.jitter]));
  return row?.due;
}

/**
 * Databases in use whose login is too old, the oldest first: those with which something is under way, and those whose former
 * login still works, come later. Also the ones of which the last try failed just now.
 */
export async function listDueRotations(
  knex: Knex,
  options: Plan & {
    providerId: string;
    limit: number;
    /** Whether only this one is asked about. */
    only?: string;
  },
): Promise<string[]> {
  const due = knex.raw(DUE, [options.everyDays, options.jitter]);
  return (
    knex('databases as d')
      .join('operations_resources as r', join =>
        join.on('r.id', '=', knex.raw('d.id::text')),
      )
      .whereNull('d.deleted_at')
      .where({ 'd.provider_id': options.providerId, 'r.state': 'ready' })
      .whereIn('d.environment', options.environments)
      .modify(query => {
        if (options.only) query.where('d.id', options.only);
      })
      .whereNotNull('d.workload_slot')
      .whereRaw('? <= now()', [due])
      .whereNotExists(
        knex('operations_operations as o')
          .whereRaw('o.resource_id = r.id')
          .where(query =>
            query
              .whereIn('o.state', [...ACTIVE_OPERATION_STATES])
              .orWhere(tried =>
                tried
                  .where('o.type', RENEW)
                  .whereRaw(`o.created_at > now() - ${SOON}`),
              ),
          )
          .select(knex.raw('1')),
      )
      .whereNotExists(
        knex('database_former_logins as f')
          .whereRaw('f.database_id = d.id AND f.slot <> d.workload_slot')
          .select(knex.raw('1')),
      )
      // What was tried least lately: what fails again and again comes after what was never tried.
      .orderByRaw(
        `(SELECT max(t.created_at) FROM operations_operations t WHERE t.resource_id = r.id AND t.type = ?) NULLS FIRST, d.id`,
        [RENEW],
      )
      .limit(options.limit)
      .pluck('d.id')
  );
}

/** How many of them each provider has under way that the platform began itself. */
export async function countRunningRotations(
  knex: Knex,
  { actor }: { actor: string },
): Promise<Map<string, number>> {
  const rows = await knex('operations_operations as o')
    .join('databases as d', join =>
      join.on('o.resource_id', '=', knex.raw('d.id::text')),
    )
    .whereIn('o.state', [...ACTIVE_OPERATION_STATES])
    .where({ 'o.type': RENEW, 'o.actor': actor })
    .groupBy('d.provider_id')
    .select<{ provider_id: string; count: string }[]>(
      'd.provider_id',
      knex.raw('count(*) AS count'),
    );
  return new Map(rows.map(row => [row.provider_id, Number(row.count)]));
}

/** A database in use, as much of it as looking at its sessions takes. */
export interface InUse {
  id: string;
  external_name: string;
  workload_slot: 'a' | 'b';
  workload_revision: number;
  former_slot: 'a' | 'b' | null;
  former_revision: number | null;
}

/** Databases of a provider that applications use, in the order of their ids. */
export async function listInUse(
  knex: Knex,
  options: { providerId: string; after?: string; limit: number },
): Promise<InUse[]> {
  const query = knex('databases as d')
    .join('operations_resources as r', join =>
      join.on('r.id', '=', knex.raw('d.id::text')),
    )
    .leftJoin('database_former_logins as f', join =>
      join.on('f.database_id', 'd.id').on('f.slot', '<>', 'd.workload_slot'),
    )
    .whereNull('d.deleted_at')
    .whereNotNull('d.workload_slot')
    .where({ 'd.provider_id': options.providerId, 'r.state': 'ready' })
    .orderBy('d.id')
    .limit(options.limit)
    .select(
      'd.id',
      'd.external_name',
      'd.workload_slot',
      'd.workload_revision',
      'f.slot as former_slot',
      'f.revision as former_revision',
    );
  if (options.after) query.where('d.id', '>', options.after);
  return query;
}

/** Databases whose former login still works. */
export async function listWithFormer(knex: Knex): Promise<string[]> {
  return knex('database_former_logins')
    .orderBy('replaced_at')
    .limit(10_000)
    .pluck('database_id');
}
