import type { Knex } from 'knex';

/** Longer than one event may take: nobody else sends meanwhile. */
export const LEASE_SECONDS = 30;

export interface EventSinkRow {
  id: string;
  lease_owner: string | null;
  lease_until: Date | null;
  failures: number;
  failing_since: Date | null;
  next_attempt_at: Date | null;
  last_error: string | null;
  told_at: Date | null;
  head_position: string | null;
  head_attempts: number;
}

/** Takes a sink, or keeps it; undefined when another replica has it or its time has not come. */
export async function leaseSink(
  knex: Knex,
  id: string,
  owner: string,
): Promise<EventSinkRow | undefined> {
  const lease = async () => {
    const [row] = await knex<EventSinkRow>('event_sinks')
      .where({ id })
      .whereRaw(
        '(lease_owner = ? OR lease_until IS NULL OR lease_until < now())',
        [owner],
      )
      .whereRaw('(next_attempt_at IS NULL OR next_attempt_at <= now())')
      .update({
        lease_owner: owner,
        lease_until: knex.raw(`now() + ? * interval '1 second'`, [
          LEASE_SECONDS,
        ]) as never,
      })
      .returning('*');
    return row as EventSinkRow | undefined;
  };
  const row = await lease();
  if (row) return row;
  const made = await knex('event_sinks')
    .insert({ id })
    .onConflict('id')
    .ignore()
    .returning('id');
  return made.length ? lease() : undefined;
}

/** When it is worth another look, in milliseconds: whoever sends now may be through in a moment. */
export async function waitFor(knex: Knex, id: string): Promise<number> {
  const row = await knex('event_sinks')
    .where({ id })
    .first(
      knex.raw(
        `extract(epoch FROM greatest(next_attempt_at, now()) - now())::float8 * 1000 AS ms`,
      ),
    );
  return Math.max(row?.ms ?? 0, 1000);
}

export async function releaseSink(
  knex: Knex,
  id: string,
  owner: string,
): Promise<void> {
  await knex('event_sinks')
    .where({ id, lease_owner: owner })
    .update({ lease_owner: null, lease_until: null });
}

/** Notes that an event was taken. Few sinks fail, so that most of the time nothing is written. */
export async function noteTaken(
  knex: Knex,
  row: EventSinkRow,
): Promise<EventSinkRow> {
  if (row.failures === 0 && row.head_position === null) return row;
  const well = {
    failures: 0,
    failing_since: null,
    next_attempt_at: null,
    last_error: null,
    told_at: null,
    head_position: null,
    head_attempts: 0,
  };
  await knex('event_sinks').where({ id: row.id }).update(well);
  return { ...row, ...well };
}

/** Notes that an event was not taken, gives the sink back, and says how that stands. */
export async function noteNotTaken(
  knex: Knex,
  id: string,
  failure: {
    error: string;
    delayMs: number;
    /** The row that the sink says is wrong. */
    wrongPosition?: number;
  },
): Promise<EventSinkRow & { failing_seconds: number }> {
  const [row] = await knex('event_sinks')
    .where({ id })
    .update({
      failures: knex.raw('failures + 1'),
      failing_since: knex.raw('coalesce(failing_since, now())'),
      next_attempt_at: knex.raw(`now() + ? * interval '1 millisecond'`, [
        Math.round(failure.delayMs),
      ]),
      last_error: failure.error,
      lease_owner: null,
      lease_until: null,
      head_attempts:
        failure.wrongPosition === undefined
          ? 0
          : knex.raw(
              'CASE WHEN head_position = ? THEN head_attempts + 1 ELSE 1 END',
              [failure.wrongPosition],
            ),
      head_position: failure.wrongPosition ?? null,
    })
    .returning([
      '*',
      knex.raw(
        'extract(epoch FROM now() - failing_since)::float8 AS failing_seconds',
      ) as never,
    ]);
  return row;
}

/** Notes that the platform team was told; false when somebody else has. */
export async function noteToldOfSink(knex: Knex, id: string): Promise<boolean> {
  const changed = await knex('event_sinks')
    .where({ id })
    .whereNull('told_at')
    .update({ told_at: knex.fn.now() });
  return changed > 0;
}

/** How long what a consumer has not acknowledged waits, in seconds. */
export async function readLag(knex: Knex, consumer: string): Promise<number> {
  const row = await knex('operations_outbox as o')
    .join('operations_events as e', 'e.id', 'o.event_id')
    .whereRaw(
      `(o.position IS NULL OR o.position > (SELECT position FROM operations_consumers WHERE id = ?))`,
      [consumer],
    )
    .orderBy('e.id')
    .first(
      knex.raw(
        'extract(epoch FROM clock_timestamp() - e.created_at)::float8 AS seconds',
      ),
    );
  return Math.max(0, row?.seconds ?? 0);
}

/** What has to be known to speak of databases and operations, by id. */
export async function readEventSubjects(
  knex: Knex,
  wanted: { databaseIds: string[]; operationIds: string[] },
) {
  const databases = await knex('databases')
    .whereIn('id', wanted.databaseIds)
    .select('id', 'name', 'environment', 'engine', 'owner');
  const owners: { database_id: string; owner: string; created_at: Date }[] =
    await knex('database_revisions')
      .whereIn('database_id', wanted.databaseIds)
      .whereNotNull('owner')
      .orderBy('revision')
      .select('database_id', 'owner', 'created_at');
  const operations: { id: string; type: string }[] = await knex(
    'operations_operations',
  )
    .whereIn('id', wanted.operationIds)
    .select('id', 'type');
  const byId = new Map(databases.map(row => [row.id, row]));
  const types = new Map(operations.map(({ id, type }) => [id, type]));
  return {
    /** Whose it was at that time. */
    subject(id: string, at: Date) {
      const row = byId.get(id);
      if (!row) return undefined;
      const then = owners.findLast(
        each => each.database_id === id && each.created_at <= at,
      );
      return { ...row, owner: then?.owner ?? row.owner };
    },
    operationType: (id: string | undefined) =>
      id === undefined ? undefined : types.get(id),
  };
}
