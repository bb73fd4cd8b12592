import { identify } from '@slipway/plugin-policies-common';
import type { PolicyObject } from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import type { Checks, Counted } from './checks';

/** Things whose absence is asked for at once. */
const PAGE = 500;

/** The sweep that looked, or beside which somebody did, and the set of policies that judged. */
export interface Look {
  number: number;
  digest: string;
}

/** What was looked at. */
export interface Seen {
  source: string;
  object: PolicyObject;
  checks: Checks;
}

/** Notes that things were looked at, so that what has no violations can be told from what nobody looked at. */
export async function recordLooks(
  knex: Knex,
  look: Look,
  seen: readonly Seen[],
): Promise<void> {
  if (seen.length === 0) return;
  const rows = seen.map(({ source, object: { id, request }, checks }) => {
    const { entityRef, owner } = identify({ ...request, operation: 'exists' });
    return {
      source,
      object_id: id,
      entity_ref: entityRef ?? null,
      owner: owner ?? '',
      checks,
    };
  });
  await knex.raw(
    `INSERT INTO policy_looks (source, object_id, entity_ref, owner, checks, digest, looked_at, sweep)
      SELECT source, object_id, entity_ref, owner, checks, ?, clock_timestamp(), ?
      FROM jsonb_to_recordset(?::jsonb) AS t(source text, object_id text, entity_ref text, owner text, checks jsonb)
      ORDER BY source, object_id
      ON CONFLICT (source, object_id) DO UPDATE SET entity_ref = EXCLUDED.entity_ref, owner = EXCLUDED.owner,
        checks = EXCLUDED.checks, digest = EXCLUDED.digest, looked_at = EXCLUDED.looked_at, sweep = GREATEST(policy_looks.sweep, EXCLUDED.sweep)`,
    [look.digest, look.number, JSON.stringify(rows)],
  );
}

/**
 * What the last look at a thing counted, held against others until the end of the transaction; of what is new, nothing. `unknown` when the
 * version before looked at it.
 */
export async function holdLook(
  trx: Knex.Transaction,
  look: Look,
  source: string,
  id: string,
): Promise<Counted | 'unknown'> {
  // Two who look at it for the first time wait for each other.
  await trx('policy_looks')
    .insert({
      source,
      object_id: id,
      owner: '',
      checks: {},
      digest: look.digest,
      looked_at: trx.raw('clock_timestamp()'),
      sweep: look.number,
    })
    .onConflict(['source', 'object_id'])
    .ignore();
  const row = await trx('policy_looks')
    .where({ source, object_id: id })
    .forUpdate()
    .first('owner', 'checks');
  return row.checks ? { owner: row.owner, checks: row.checks } : 'unknown';
}

/** When the policies in force were last asked about an entity; undefined when they were not. */
export async function readLookedAt(
  knex: Knex,
  entityRef: string,
): Promise<Date | undefined> {
  const row = await knex('policy_looks as l')
    .join('policy_state as s', 's.digest', 'l.digest')
    .where('l.entity_ref', entityRef)
    .min({ at: 'l.looked_at' })
    .first();
  return row?.at ?? undefined;
}

/** The ids of what has open violations, some hundred at a time; nothing is held in between. */
export async function* eachViolating(
  knex: Knex,
  source: string,
): AsyncGenerator<string[]> {
  let last = '';
  for (;;) {
    const rows: { object_id: string }[] = await knex('policy_violations')
      .where({ source })
      .whereNull('resolved_at')
      .where('object_id', '>', last)
      .distinct('object_id')
      .orderBy('object_id')
      .limit(PAGE);
    if (rows.length > 0) yield rows.map(each => each.object_id);
    if (rows.length < PAGE) return;
    last = rows[rows.length - 1].object_id;
  }
}
