import type { Knex } from 'knex';

/** How many checks of each policy were made of one thing: one for each validation of those that apply, since each may find a violation. */
export type Checks = Readonly<Record<string, number>>;

/** What was counted of a thing, and for whom; an empty owner is nobody. */
export interface Counted {
  owner: string;
  checks: Checks;
}

/** Counts anew what the newest look at each thing counted. Waits for those who count one thing, and they for this. */
export async function countAll(trx: Knex.Transaction): Promise<void> {
  await trx.raw('LOCK TABLE policy_checks IN EXCLUSIVE MODE');
  await trx('policy_checks').delete();
  await trx.raw(
    `INSERT INTO policy_checks (owner, policy, checked)
      SELECT l.owner, c.key, sum(c.value::int) FROM policy_looks AS l, jsonb_each_text(l.checks) AS c
      GROUP BY l.owner, c.key`,
  );
}

/**
 * Counts one thing in the place of what was counted of it before. What was never counted, since the version before looked at it, waits for the
 * next whole sweep.
 */
export async function countInPlace(
  trx: Knex.Transaction,
  before: Counted,
  after: Counted | undefined,
): Promise<void> {
  const changes = [
    ...entriesOf(before).map(each => ({ ...each, change: -each.change })),
    ...entriesOf(after),
  ];
  if (changes.length === 0) return;
  await trx.raw(
    `INSERT INTO policy_checks AS c (owner, policy, checked)
      SELECT owner, policy, sum(change)
      FROM jsonb_to_recordset(?::jsonb) AS t(owner text, policy text, change int)
      GROUP BY owner, policy HAVING sum(change) <> 0
      ORDER BY owner, policy
      ON CONFLICT (owner, policy) DO UPDATE SET checked = GREATEST(0, c.checked + EXCLUDED.checked)`,
    [JSON.stringify(changes)],
  );
}

function entriesOf(counted: Counted | undefined) {
  return Object.entries(counted?.checks ?? {}).map(([policy, change]) => ({
    owner: counted!.owner,
    policy,
    change,
  }));
}
