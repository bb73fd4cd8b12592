import { randomUUID } from 'node:crypto';
import { ConflictError } from '@backstage/errors';
import type { PolicySweep } from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import { countAll } from './checks';
import { COUNTS } from './counts';

/** A sweep that has not ended by then was killed. In seconds, as long as its task may take. */
export const SWEEP_TIMEOUT_SECONDS = 300;

const DAYS_KEPT = 800;
const RESOLVED_DAYS_KEPT = 400;
const SWEEPS_DAYS_KEPT = 30;

interface SweepRow {
  id: string;
  number: string;
  cause: string;
  started_at: Date;
  ended_at: Date | null;
  error: string | null;
  objects: number;
  violations: number;
  unknown_owners: NonNullable<PolicySweep['unknownOwners']> | null;
}

/** Asks for a sweep. One that is asked for already is joined. */
export async function wantSweep(knex: Knex, cause: string): Promise<void> {
  await knex('policy_state')
    .where({ id: 1 })
    .update({
      sweep_wanted_at: knex.raw('clock_timestamp()'),
      sweep_wanted_by: cause,
    });
}

/**
 * Begins a sweep when it is time for one; whatever was begun before and has not ended was killed.
 *
 * @param everyMs - how often one is due when nothing changes
 */
export async function beginSweep(
  knex: Knex,
  digest: string,
  everyMs: number,
): Promise<{ id: string; number: number } | undefined> {
  return knex.transaction(async trx => {
    const state = await trx('policy_state')
      .where({ id: 1 })
      .forUpdate()
      .first('sweep_wanted_at', 'sweep_wanted_by');
    const recent = await trx('policy_sweeps')
      .whereNotNull('ended_at')
      .whereNull('error')
      .whereRaw(`started_at > clock_timestamp() - ? * interval '1 ms'`, [
        everyMs,
      ])
      .first('id');
    if (!state.sweep_wanted_at && recent) return undefined;
    await trx('policy_sweeps')
      .whereNull('ended_at')
      .update({
        ended_at: trx.raw('clock_timestamp()'),
        error: 'It was interrupted.',
      });
    const id = randomUUID();
    const [{ number }] = await trx('policy_sweeps')
      .insert({
        id,
        cause: state.sweep_wanted_by ?? 'schedule',
        digest,
        started_at: trx.raw('clock_timestamp()'),
      })
      .returning('number');
    return { id, number: Number(number) };
  });
}

/** @throws ConflictError when another sweep took the place of this one, which seemed dead. */
export async function assertGoesOn(knex: Knex, id: string): Promise<void> {
  const row = await knex('policy_sweeps')
    .where({ id })
    .whereNull('ended_at')
    .first('id');
  if (!row) throw new ConflictError('Another sweep took its place');
}

/** Whole sweeps of which owners have not been told, up to the newest. */
export async function findUntold(knex: Knex): Promise<number | undefined> {
  const row = await knex('policy_sweeps')
    .whereNull('told_at')
    .whereNotNull('ended_at')
    .whereNull('error')
    .max({ number: 'number' })
    .first();
  return row?.number ? Number(row.number) : undefined;
}

/** Notes that owners know of what sweeps up to this one found. */
export async function recordOwnersTold(
  knex: Knex,
  number: number,
): Promise<void> {
  await knex('policy_sweeps')
    .whereNull('told_at')
    .whereNotNull('ended_at')
    .whereNull('error')
    .where('number', '<=', number)
    .update({ told_at: knex.raw('clock_timestamp()') });
}

/** The owners that a whole sweep found missing in the catalog, and those that the newest one before it had that people were told of. */
export async function readUnknownOwners(
  knex: Knex,
  number: number,
): Promise<{ now: string[]; before: string[] }> {
  const sweeps = () =>
    knex('policy_sweeps')
      .whereNotNull('unknown_owners')
      .orderBy('number', 'desc');
  const [now, before] = await Promise.all([
    sweeps().where({ number }).first('unknown_owners'),
    sweeps()
      .where('number', '<', number)
      .whereNotNull('told_at')
      .first('unknown_owners'),
  ]);
  const namesOf = (row?: Pick<SweepRow, 'unknown_owners'>) =>
    (row?.unknown_owners ?? []).map(({ owner }) => owner);
  return { now: namesOf(now), before: namesOf(before) };
}

/** The number of the newest sweep; what is found beside one counts as found by it. */
export async function newestSweep(knex: Knex): Promise<number> {
  const [{ number }] = await knex('policy_sweeps').max({ number: 'number' });
  return Number(number ?? 0);
}

/**
 * Ends a sweep that has seen everything: only now is resolved what it has not seen. Writes the day's numbers. All of it in
 * one transaction: a sweep that dies has changed no number.
 *
 * @throws ConflictError when another sweep took its place
 */
export async function completeSweep(
  knex: Knex,
  sweep: { id: string; number: number },
  result: {
    objects: number;
    violations: number;
    /** Undefined when it is not known. */
    unknownOwners?: PolicySweep['unknownOwners'];
  },
): Promise<void> {
  const { objects, violations, unknownOwners } = result;
  await knex.transaction(async trx => {
    // In the order in which one begins, so that neither waits for the other for ever.
    await trx('policy_state').where({ id: 1 }).forUpdate().select('id');
    // One that takes its place waits for the end, or makes it fail.
    const [ended] = await trx('policy_sweeps')
      .where({ id: sweep.id })
      .whereNull('ended_at')
      .update({
        ended_at: trx.raw('clock_timestamp()'),
        objects,
        violations,
        unknown_owners: unknownOwners ? JSON.stringify(unknownOwners) : null,
      })
      .returning('started_at');
    if (!ended) throw new ConflictError('Another sweep took its place');
    await trx('policy_violations')
      .whereNull('resolved_at')
      .where('sweep', '<', sweep.number)
      .update({ resolved_at: trx.raw('clock_timestamp()') });
    await trx('policy_looks').where('sweep', '<', sweep.number).delete();
    await countAll(trx);
    const day = `(clock_timestamp() AT TIME ZONE 'UTC')::date`;
    await trx('policy_days').where('day', trx.raw(day)).delete();
    await trx.raw(
      `INSERT INTO policy_days (day, owner, policy, checked, violating, waived)
        SELECT ${day}, owner, policy, checked, violating, waived FROM (${COUNTS}) AS counts`,
    );
    await trx('policy_state')
      .where({ id: 1 })
      .where('sweep_wanted_at', '<=', ended.started_at)
      .update({ sweep_wanted_at: null, sweep_wanted_by: null });
  });
}

/** Ends a sweep that could not see everything. The next look begins anew. */
export async function failSweep(
  knex: Knex,
  id: string,
  error: string,
  objects: number,
): Promise<void> {
  await knex('policy_sweeps')
    .where({ id })
    .whereNull('ended_at')
    .update({ ended_at: knex.raw('clock_timestamp()'), error, objects });
}

/** The newest sweep that ended, or the one that runs if none has; and whether one runs. */
export async function readSweeps(
  knex: Knex,
): Promise<{ last?: PolicySweep; sweeping: boolean }> {
  const ended: SweepRow | undefined = await knex('policy_sweeps')
    .whereNotNull('ended_at')
    .orderBy('ended_at', 'desc')
    .first();
  const running: SweepRow | undefined = await knex('policy_sweeps')
    .whereNull('ended_at')
    .whereRaw(`started_at > clock_timestamp() - ? * interval '1 second'`, [
      SWEEP_TIMEOUT_SECONDS,
    ])
    .orderBy('number', 'desc')
    .first();
  const last = ended ?? running;
  return { last: last && toSweep(last), sweeping: running !== undefined };
}

/** Removes what nobody looks at any more. */
export async function forget(knex: Knex): Promise<void> {
  const older = (column: string, days: number) =>
    knex.raw(`${column} < now() - ? * interval '1 day'`, [days]);
  await knex('policy_violations')
    .whereNotNull('resolved_at')
    .where(older('resolved_at', RESOLVED_DAYS_KEPT))
    .delete();
  await knex('policy_days').where(older('day', DAYS_KEPT)).delete();
  await knex('policy_sweeps')
    .where(older('ended_at', SWEEPS_DAYS_KEPT))
    .whereNot(
      'id',
      knex('policy_sweeps')
        .whereNotNull('ended_at')
        .orderBy('ended_at', 'desc')
        .limit(1)
        .select('id'),
    )
    .delete();
}

function toSweep(row: SweepRow): PolicySweep {
  return {
    id: row.id,
    cause: row.cause,
    startedAt: row.started_at.toISOString(),
    ...(row.ended_at && { endedAt: row.ended_at.toISOString() }),
    ...(row.error && { error: row.error }),
    objects: row.objects,
    violations: row.violations,
    ...(row.unknown_owners && { unknownOwners: row.unknown_owners }),
  };
}
