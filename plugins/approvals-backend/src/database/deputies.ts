import type { Knex } from 'knex';
import type { DeputyRow } from './rows';

/** Appoints a deputy. */
export async function insertDeputy(
  knex: Knex,
  clock: string,
  deputy: Pick<
    DeputyRow,
    'id' | 'person' | 'deputy' | 'starts_at' | 'ends_at' | 'reason'
  >,
): Promise<void> {
  await knex('approval_deputies').insert({
    ...deputy,
    created_at: knex.raw(clock),
  });
}

/** What a list of appointments is narrowed to. */
export interface DeputiesQuery {
  /** Whose deputy it is, or who the deputy is; everybody when missing. */
  person?: string;
  /** Only those that have not ended. */
  open: boolean;
  offset: number;
  limit: number;
}

/** A page of appointments: those that have not ended first, the newest of each first. */
export async function listDeputies(
  knex: Knex,
  clock: string,
  { person, open, offset, limit }: DeputiesQuery,
): Promise<{ items: DeputyRow[]; totalItems: number }> {
  const isOpen = `ended_at IS NULL AND ends_at > ${clock}`;
  const found = knex('approval_deputies');
  if (person) {
    found.where(either => either.where({ person }).orWhere({ deputy: person }));
  }
  if (open) found.whereRaw(isOpen);
  const [[{ total }], items] = await Promise.all([
    found.clone().count({ total: '*' }),
    found
      .clone()
      .orderByRaw(`(${isOpen}) DESC, created_at DESC, id`)
      .offset(offset)
      .limit(limit),
  ]);
  return { items, totalItems: Number(total) };
}

export async function findDeputy(
  knex: Knex,
  id: string,
): Promise<DeputyRow | undefined> {
  return knex('approval_deputies').where({ id }).first();
}

/** Ends an appointment early; one that has ended is left as it is. */
export async function endDeputy(
  knex: Knex,
  clock: string,
  end: { id: string; endedBy: string },
): Promise<void> {
  await knex('approval_deputies')
    .where({ id: end.id })
    .whereNull('ended_at')
    .where('ends_at', '>', knex.raw(clock))
    .update({ ended_at: knex.raw(clock), ended_by: end.endedBy });
}

/** Those for whom a person may vote now, besides oneself. */
export async function listPrincipals(
  knex: Knex,
  clock: string,
  deputy: string,
): Promise<string[]> {
  const rows: { person: string }[] = await activeNow(knex, clock)
    .where({ deputy })
    .distinct('person');
  return rows.map(row => row.person);
}

/** The deputies of some people now, by person. */
export async function listActiveDeputies(
  knex: Knex,
  clock: string,
  people: string[],
): Promise<{ person: string; deputy: string }[]> {
  return activeNow(knex, clock)
    .whereIn('person', people)
    .distinct('person', 'deputy');
}

/**
 * Whether one may vote for the other now. Within a transaction the appointment is held, so that
 * it cannot end between the question and the vote.
 */
export async function isDeputyNow(
  trx: Knex.Transaction,
  clock: string,
  pair: { person: string; deputy: string },
): Promise<boolean> {
  return Boolean(await activeNow(trx, clock).where(pair).forShare().first());
}

function activeNow(knex: Knex, clock: string) {
  return knex('approval_deputies')
    .whereNull('ended_at')
    .where('starts_at', '<=', knex.raw(clock))
    .where('ends_at', '>', knex.raw(clock));
}
