import type { Knex } from 'knex';

/** Writes until when a database goes. The row is held by the caller. */
export async function setExpiry(
  trx: Knex.Transaction,
  databaseId: string,
  expiresAt: string,
): Promise<void> {
  await trx('databases')
    .where({ id: databaseId })
    .update({ expires_at: expiresAt, expiry_set_at: trx.fn.now() });
}

/** Databases in use that end within so many days, or have a mark of that, the soonest first. */
export async function listExpiring(
  knex: Knex,
  options: { withinDays: number; condition: string },
): Promise<string[]> {
  return inUse(knex)
    .where(query =>
      query
        .whereRaw(
          `r.state = 'ready' AND d.expires_at <= now() + ? * interval '1 day'`,
          [options.withinDays],
        )
        .orWhereRaw('r.conditions @> ?::jsonb', [
          JSON.stringify([{ type: options.condition }]),
        ]),
    )
    .orderByRaw('d.expires_at NULLS FIRST, d.id')
    .pluck('d.id');
}

/**
 * Writes that somebody is reminded now; false when they were. Of several reminders whose time has come the last one counts, and of
 * those whose time had come before the end was set, none.
 */
export async function claimReminder(
  trx: Knex.Transaction,
  databaseId: string,
  remindDays: number[],
): Promise<number | undefined> {
  const due = await trx('databases')
    .where({ id: databaseId })
    .joinRaw('CROSS JOIN unnest(?::int[]) AS days', [remindDays])
    .whereRaw(`expires_at > now()`)
    .whereRaw(`expires_at - days * interval '1 day' <= now()`)
    .whereRaw(`expires_at - days * interval '1 day' > expiry_set_at`)
    .orderBy('days')
    .first('days', 'expires_at');
  if (!due) return undefined;
  const claimed = await trx('database_expiry_reminders')
    .insert({
      database_id: databaseId,
      expires_at: due.expires_at,
      days: due.days,
    })
    .onConflict()
    .ignore()
    .returning('days');
  return claimed[0]?.days;
}

function inUse(knex: Knex) {
  return knex('databases as d')
    .join('operations_resources as r', join =>
      join.on('r.id', '=', knex.raw('d.id::text')),
    )
    .whereNull('d.deleted_at')
    .whereIn('r.state', ['ready', 'suspended']);
}
