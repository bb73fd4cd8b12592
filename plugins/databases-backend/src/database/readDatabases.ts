import { NotFoundError } from '@backstage/errors';
import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import {
  attentionDatabaseStates,
  DATABASES_PAGE_MAX,
  type DatabasesQuery,
} from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import { applyCriteria, type DatabaseFilter } from './filters';
import type { DatabaseRecord } from './rows';

const SORT_COLUMNS = {
  name: 'd.name',
  environment: 'd.environment',
  owner: 'd.owner',
  state: 'r.state',
  createdAt: 'd.created_at',
} as const;

/** The database with this id, also when it was deleted. */
export async function getDatabase(
  knex: Knex,
  id: string,
): Promise<DatabaseRecord> {
  const row = await listRecords(knex).where('d.id', id).first();
  if (!row) {
    throw new NotFoundError(`There is no database with the id '${id}'`);
  }
  return row;
}

/** How the database with this id is called, also when it was deleted. */
export async function findName(
  knex: Knex,
  id: string,
): Promise<{ name: string; environment: string } | undefined> {
  return knex('databases').select('name', 'environment').where({ id }).first();
}

/** How these databases are called, also when they were deleted. */
export async function findNames(
  knex: Knex,
  ids: string[],
): Promise<
  { id: string; name: string; environment: string; deleted_at: Date | null }[]
> {
  return knex('databases')
    .select('id', 'name', 'environment', 'deleted_at')
    .whereIn('id', ids);
}

/** The database of this name that is not deleted. */
export async function findDatabaseByName(
  knex: Knex,
  environment: string,
  name: string,
): Promise<DatabaseRecord | undefined> {
  return listRecords(knex)
    .where({ 'd.environment': environment, 'd.name': name })
    .whereNull('d.deleted_at')
    .first();
}

/** The database of this name at a provider that is not deleted. */
export async function findDatabaseOutside(
  knex: Knex,
  providerId: string,
  externalName: string,
): Promise<DatabaseRecord | undefined> {
  return listRecords(knex)
    .where({ 'd.provider_id': providerId, 'd.external_name': externalName })
    .whereNull('d.deleted_at')
    .first();
}

/** A page of the databases that match, with how many match in all. */
export async function listDatabases(
  knex: Knex,
  query: DatabasesQuery & {
    criteria?: PermissionCriteria<DatabaseFilter>;
    ownedBy?: string[];
  },
): Promise<{ items: DatabaseRecord[]; totalItems: number }> {
  const matching = (from: Knex.QueryBuilder) => {
    from.whereNull('d.deleted_at');
    if (query.search) {
      // Escaped, so that "_" and "%" are letters like others.
      const text = query.search.toLowerCase().replace(/[\\%_]/g, '\\$&');
      from.where('d.name', 'like', `%${text}%`);
    }
    if (query.engine) from.whereIn('d.engine', query.engine);
    if (query.environment) from.whereIn('d.environment', query.environment);
    if (query.owner) from.whereIn('d.owner', query.owner);
    if (query.ownedBy) from.whereIn('d.owner', query.ownedBy);
    if (query.attention) {
      // A change can fail and leave the database ready: somebody still waits for it.
      from.where(nested =>
        nested
          .whereIn('r.state', [...attentionDatabaseStates])
          .orWhereRaw(`r.conditions @> '[{"type":"expiring"}]'`)
          .orWhereRaw(`(SELECT o.state FROM operations_operations o
            WHERE o.resource_id = r.id ORDER BY o.created_at DESC LIMIT 1) = 'failed'`),
      );
    }
    if (query.criteria) applyCriteria(from, query.criteria);
    return from;
  };
  const [items, [{ count }]] = await Promise.all([
    matching(listRecords(knex))
      .orderBy(SORT_COLUMNS[query.sort ?? 'name'], query.order ?? 'asc')
      .orderBy('d.id')
      .offset(query.offset ?? 0)
      .limit(Math.min(query.limit ?? 50, DATABASES_PAGE_MAX)),
    matching(
      knex('databases as d').join(
        'operations_resources as r',
        joinResource(knex),
      ),
    ).count({ count: '*' }),
  ]);
  return { items, totalItems: Number(count) };
}

/** Databases that are not deleted, in the order of their ids. */
export async function listAfter(
  knex: Knex,
  options: { after?: string; limit: number },
): Promise<DatabaseRecord[]> {
  const query = listRecords(knex).whereNull('d.deleted_at');
  if (options.after) query.where('d.id', '>', options.after);
  return query.orderBy('d.id').limit(options.limit);
}

/** Databases with their newest revision and their resource. */
export function listRecords(knex: Knex): Knex.QueryBuilder {
  return knex('databases as d')
    .join('operations_resources as r', joinResource(knex))
    .join('database_revisions as s', join =>
      join.on('s.database_id', 'd.id').on('s.revision', 'd.revision'),
    )
    .select('d.*', 's.spec', 'r.state', 'r.conditions', 'r.updated_at');
}

/** The resource of a database has the database's id. */
function joinResource(knex: Knex) {
  return (join: Knex.JoinClause) =>
    void join.on('r.id', '=', knex.raw('d.id::text'));
}
