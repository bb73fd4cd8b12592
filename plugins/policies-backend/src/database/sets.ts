import { createHash } from 'node:crypto';
import type { JsonObject } from '@backstage/types';
import type { PolicyProblem } from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';

/** A file of a set, with the location that it came from. */
export interface StoredFile {
  location: string;
  file: string;
  text: string;
}

/** The one row that says what is in force. */
export interface StateRow {
  digest: string | null;
  since: Date | null;
  sources: { location: string; etag: string }[];
  checked_at: Date | null;
  problems: PolicyProblem[];
  /** Since when each look finds something wrong. */
  problems_since: Date | null;
  told_digest: string | null;
  sweep_wanted_at: Date | null;
  sweep_wanted_by: string | null;
}

/** A set as it was read. */
export interface SetRow {
  digest: string;
  files: StoredFile[];
  params: JsonObject;
  policies: number;
}

/** Sets that were in force before are kept this long, for whoever looks at an old finding. */
const KEPT_DAYS = 30;

/** The one row that each evaluation reads: which set is in force, and a text that changes with where its files were read from. */
export async function readInForce(
  knex: Knex,
): Promise<{ digest: string; readFrom: string } | undefined> {
  const row = await knex('policy_state')
    .where({ id: 1 })
    .first('digest', 'read_from');
  return row?.digest
    ? { digest: row.digest, readFrom: row.read_from ?? '' }
    : undefined;
}

export async function readState(knex: Knex): Promise<StateRow> {
  const row: StateRow | undefined = await knex('policy_state')
    .where({ id: 1 })
    .first();
  if (!row) throw new Error('policy_state has lost its row');
  return row;
}

export async function readSet(
  knex: Knex,
  digest: string,
): Promise<SetRow | undefined> {
  return knex('policy_sets').where({ digest }).first();
}

/**
 * Puts a set in force, or notes that it still is.
 *
 * @returns whether another one was in force before
 */
export async function putInForce(
  knex: Knex,
  set: SetRow,
  sources: StateRow['sources'],
): Promise<boolean> {
  const readFrom = createHash('sha256')
    .update(JSON.stringify(set.files.map(each => [each.location, each.file])))
    .digest('hex');
  return knex.transaction(async trx => {
    const before = await trx('policy_state')
      .where({ id: 1 })
      .forUpdate()
      .first('digest', 'read_from');
    await trx('policy_sets')
      .insert({
        digest: set.digest,
        files: JSON.stringify(set.files),
        params: JSON.stringify(set.params),
        policies: set.policies,
        loaded_at: trx.raw('clock_timestamp()'),
      })
      .onConflict('digest')
      // What is the same may be megabytes.
      .merge([
        'loaded_at',
        ...(before.read_from === readFrom ? [] : ['files']),
      ]);
    const isNew = before.digest !== set.digest;
    await trx('policy_state')
      .where({ id: 1 })
      .update({
        digest: set.digest,
        read_from: readFrom,
        sources: JSON.stringify(sources),
        checked_at: trx.raw('clock_timestamp()'),
        problems: '[]',
        problems_since: null,
        told_digest: null,
        ...(isNew && {
          since: trx.raw('clock_timestamp()'),
          sweep_wanted_at: trx.raw('clock_timestamp()'),
          sweep_wanted_by: 'policies',
        }),
      });
    await trx('policy_sets')
      .whereNot({ digest: set.digest })
      .whereRaw(`loaded_at < clock_timestamp() - ? * interval '1 day'`, [
        KEPT_DAYS,
      ])
      .delete();
    return isNew;
  });
}

/** Notes what was wrong. The set in force stays. */
export async function recordProblems(
  knex: Knex,
  problems: readonly PolicyProblem[],
): Promise<void> {
  await knex('policy_state')
    .where({ id: 1 })
    .update({
      checked_at: knex.raw('clock_timestamp()'),
      problems: JSON.stringify(problems),
      problems_since: knex.raw('COALESCE(problems_since, clock_timestamp())'),
    });
}

/** Notes that the platform team was told of these problems. */
export async function recordTold(knex: Knex, digest: string): Promise<void> {
  await knex('policy_state').where({ id: 1 }).update({ told_digest: digest });
}
