import type { PermissionCriteria } from '@backstage/plugin-permission-common';
import type { Knex } from 'knex';
import { applyCriteria, type DatabaseFilter } from './filters';
import { listRecords } from './readDatabases';
import type { DatabaseRecord } from './rows';

/** When a session was last seen, or since when none was. */
const IDLE_SINCE = 'coalesce(h.last_used_at, h.first_measured_at)';
/** What was not looked at for longer may be in use meanwhile. */
const WATCHED = `h.measured_at > now() - interval '1 day'`;

/** Databases that are ready and that nobody was seen to use for so many days, the longest idle first. */
export async function listIdle(
  knex: Knex,
  options: {
    days: number;
    limit: number;
    criteria?: PermissionCriteria<DatabaseFilter>;
  },
): Promise<(DatabaseRecord & { idle_since: Date })[]> {
  const query = idle(listRecords(knex), options.days)
    .select(knex.raw(`${IDLE_SINCE} AS idle_since`))
    .orderByRaw(`${IDLE_SINCE}, d.id`)
    .limit(options.limit);
  if (options.criteria) applyCriteria(query, options.criteria);
  return query;
}

/** Some of those whose owner was not told in so many days. Their rows are held until the transaction ends; others take others. */
export async function holdUntoldIdle(
  trx: Knex.Transaction,
  options: { days: number; everyDays: number; limit: number },
): Promise<(DatabaseRecord & { idle_since: Date })[]> {
  return idle(listRecords(trx), options.days)
    .select(trx.raw(`${IDLE_SINCE} AS idle_since`))
    .whereRaw(
      `(h.idle_told_at IS NULL OR h.idle_told_at < now() - ? * interval '1 day')`,
      [options.everyDays],
    )
    .orderBy('d.id')
    .limit(options.limit)
    .forUpdate('h')
    .skipLocked();
}

/** Remembers that owners were told. */
export async function noteIdleTold(
  trx: Knex.Transaction,
  ids: string[],
): Promise<void> {
  await trx('database_health')
    .whereIn('database_id', ids)
    .update({ idle_told_at: trx.fn.now() });
}

function idle(records: Knex.QueryBuilder, days: number): Knex.QueryBuilder {
  return records
    .join('database_health as h', 'h.database_id', 'd.id')
    .where('r.state', 'ready')
    .whereNull('d.deleted_at')
    .whereRaw(WATCHED)
    .whereRaw(`${IDLE_SINCE} < now() - ? * interval '1 day'`, [days]);
}
