import type { SignedStatement } from '@slipway/plugin-audit-node';
import type { Knex } from 'knex';
import { readTrail } from './readTrail';
import { readDroppedTo } from './segments';

const BATCH = 5_000;

/**
 * How what is stored is not what was published: another trail, one that ends before that entry, one whose entry is another or is
 * not there.
 */
export type Contradiction = 'other-trail' | 'shorter' | 'other-entry' | 'gone';

/**
 * The first of some published statements that what is stored contradicts.
 *
 * @param statements - read before this is called: the trail only grows
 * @param counts - whether a statement is one of the portal's own; asked only about those that are contradicted
 */
export async function findContradiction(
  knex: Knex,
  statements: SignedStatement[],
  counts: (statement: SignedStatement) => boolean,
): Promise<
  { kind: Contradiction; statement: SignedStatement; trail: string } | undefined
> {
  const heads = statements.filter(({ kind }) => kind !== 'drop');
  if (heads.length === 0) {
    return undefined;
  }
  const [trail, hashes] = [await readTrail(knex), new Map<number, string>()];
  const known = heads.filter(each => each.trail === trail.id);
  for (let from = 0; from < known.length; from += BATCH) {
    const rows: { seq: string; hash: string }[] = await knex(
      'slipway_audit.events',
    )
      .whereIn(
        'seq',
        known.slice(from, from + BATCH).map(({ seq }) => seq),
      )
      .select('seq', 'hash');
    for (const { seq, hash } of rows) hashes.set(Number(seq), hash);
  }
  // Afterwards: what was dropped meanwhile is not gone.
  const droppedTo = await readDroppedTo(knex);
  const kindOf = ({
    trail: id,
    seq,
    hash,
  }: SignedStatement): Contradiction | undefined => {
    if (id !== trail.id) return 'other-trail';
    if (seq > trail.headSeq) return 'shorter';
    const stored = hashes.get(seq);
    if (stored === undefined) return seq > droppedTo ? 'gone' : undefined;
    return stored === hash ? undefined : 'other-entry';
  };
  for (const statement of heads) {
    const kind = kindOf(statement);
    if (kind && counts(statement)) {
      return { kind, statement, trail: trail.id };
    }
  }
  return undefined;
}
