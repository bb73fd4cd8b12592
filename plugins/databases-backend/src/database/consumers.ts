import type { WorkloadSlot } from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';

/** A client may call itself what it likes: more of one login are counted as one. */
const CONSUMERS_MAX = 50;
/** What was not looked at for longer than this was not seen to be quiet. */
const LOOK_SECONDS = 300;
/** Who was not seen for so long is no consumer any more. */
export const REMEMBERED_DAYS = 40;
/** What stands for all that are too many. */
export const OTHERS = '(others)';

export interface ConsumerRow {
  slot: WorkloadSlot;
  application: string;
  address: string;
  revision: number;
  sessions: number;
  first_seen_at: Date;
  last_seen_at: Date;
  longest_gap_seconds: number;
}

/** What was seen of a database at one moment. */
export interface Seen {
  databaseId: string;
  slot: WorkloadSlot;
  revision: number;
  application: string;
  address: string;
  sessions: number;
}

/**
 * Notes who was seen with which login, and of each of the databases that were looked at whether its former login was quiet.
 * Time in which nobody looked does not count as quiet. Few statements for many databases.
 */
export async function noteSeen(
  trx: Knex.Transaction,
  looked: { databaseId: string }[],
  seen: Seen[],
): Promise<void> {
  const kept = await bounded(trx, seen);
  if (kept.length) {
    await trx.raw(
      `INSERT INTO database_consumers AS c
         (database_id, slot, application, address, revision, sessions, first_seen_at, last_seen_at)
       SELECT "databaseId", slot, application, address, revision, sessions, now(), now()
         FROM jsonb_to_recordset(?) AS s("databaseId" uuid, slot text, application text, address text, revision int, sessions int)
        ORDER BY 1, 2, 3, 4
       ON CONFLICT (database_id, slot, application, address) DO UPDATE SET
         sessions = excluded.sessions,
         revision = excluded.revision,
         -- With another password the slot is another login.
         first_seen_at = CASE WHEN c.revision = excluded.revision THEN c.first_seen_at ELSE now() END,
         longest_gap_seconds = CASE WHEN c.revision = excluded.revision
           THEN greatest(c.longest_gap_seconds, extract(epoch FROM now() - c.last_seen_at)::int) ELSE 0 END,
         last_seen_at = now()`,
      [JSON.stringify(kept)],
    );
  }
  await trx.raw(
    `UPDATE database_former_logins f SET
       quiet_since = CASE
         WHEN EXISTS (SELECT FROM jsonb_to_recordset(?) AS s("databaseId" uuid, slot text)
                       WHERE s."databaseId" = f.database_id AND s.slot = f.slot) THEN now()
         WHEN now() - coalesce(looked_at, replaced_at) > ? * interval '1 second'
           THEN quiet_since + (now() - coalesce(looked_at, replaced_at))
         ELSE quiet_since END,
       looked_at = now()
     WHERE f.database_id = ANY(?::uuid[])`,
    [
      JSON.stringify(seen),
      LOOK_SECONDS,
      looked.map(({ databaseId }) => databaseId),
    ],
  );
}

/** Counts as one what is more than there is room for. */
async function bounded(trx: Knex.Transaction, seen: Seen[]): Promise<Seen[]> {
  const rows: (ConsumerRow & { database_id: string })[] = await trx(
    'database_consumers',
  ).whereIn('database_id', [
    ...new Set(seen.map(({ databaseId }) => databaseId)),
  ]);
  const known = new Map<string, Set<string>>();
  const of = (key: string) => {
    const names = known.get(key) ?? new Set<string>();
    known.set(key, names);
    return names;
  };
  for (const row of rows) {
    of(`${row.database_id} ${row.slot}`).add(
      JSON.stringify([row.application, row.address]),
    );
  }
  const kept = new Map<string, Seen>();
  for (const row of seen) {
    const login = `${row.databaseId} ${row.slot}`;
    const name = JSON.stringify([row.application, row.address]);
    const names = of(login);
    const isKnown = names.has(name);
    if (isKnown || names.size < CONSUMERS_MAX) {
      names.add(name);
      kept.set(`${login} ${name}`, row);
      continue;
    }
    const others = kept.get(login);
    kept.set(login, {
      ...row,
      application: OTHERS,
      address: '',
      sessions: row.sessions + (others?.sessions ?? 0),
    });
  }
  return [...kept.values()];
}

/** Who was seen with the logins of a database, the one seen last first. */
export async function listConsumers(
  knex: Knex,
  databaseId: string,
): Promise<ConsumerRow[]> {
  return knex<ConsumerRow>('database_consumers')
    .where('database_id' as never, databaseId)
    .whereRaw(`last_seen_at > now() - ? * interval '1 day'`, [REMEMBERED_DAYS])
    .orderBy('last_seen_at', 'desc')
    .limit(4 * CONSUMERS_MAX);
}

/** Forgets who was not seen for long. */
export async function forgetConsumers(knex: Knex): Promise<void> {
  await knex('database_consumers')
    .whereRaw(`last_seen_at < now() - ? * interval '1 day'`, [REMEMBERED_DAYS])
    .delete();
}
