import type {
  Compliance,
  ComplianceCounts,
} from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';
import { COUNTS } from './counts';
import { NOBODY } from './listViolations';

interface CountsRow extends ComplianceCounts {
  owner: string;
  policy: string;
}

interface DayRow {
  date: string;
  // Sums are of a type that JavaScript has no number for.
  checked: string;
  violating: string;
  waived: string;
}

/** What compliance is narrowed to. */
export interface ComplianceFilter {
  /** Groups; `none` for what nobody owns. */
  owner?: string[];
  policy?: string[];
  /** Groups and people, beside `owner`. */
  ownedBy?: string[];
  /** Days in UTC, e.g. `2026-11-29`; both are in the period. */
  from: string;
  to: string;
}

/** How much of what exists complies, without the titles of policies. */
export async function readCompliance(
  knex: Knex,
  filter: ComplianceFilter,
): Promise<
  Pick<Compliance, 'asOf' | 'now' | 'byOwner' | 'days'> & {
    byPolicy: Map<string, ComplianceCounts>;
  }
> {
  const narrowed = (query: Knex.QueryBuilder) => {
    if (filter.owner) {
      query.whereIn(
        'owner',
        filter.owner.map(each => (each === NOBODY ? '' : each)),
      );
    }
    if (filter.ownedBy) query.whereIn('owner', filter.ownedBy);
    if (filter.policy) query.whereIn('policy', filter.policy);
    return query;
  };
  const [rows, days, sweep] = await Promise.all([
    narrowed(knex.select('*').from(knex.raw(`(${COUNTS}) AS counts`))),
    narrowed(knex('policy_days'))
      .whereBetween('day', [filter.from, filter.to])
      .groupBy('day')
      .orderBy('day')
      .select(knex.raw(`to_char(day, 'YYYY-MM-DD') AS date`))
      .sum({ checked: 'checked', violating: 'violating', waived: 'waived' }),
    knex('policy_sweeps')
      .whereNotNull('ended_at')
      .whereNull('error')
      .max({ at: 'ended_at' })
      .first(),
  ]);
  const counts = rows as CountsRow[];
  const byOwner = sumBy(counts, row => row.owner);
  return {
    ...(sweep?.at && { asOf: (sweep.at as Date).toISOString() }),
    now: sumBy(counts, () => '').get('') ?? none(),
    byOwner: [...byOwner].map(([owner, sums]) => ({
      ...(owner && { owner }),
      ...sums,
    })),
    byPolicy: sumBy(counts, row => row.policy),
    days: (days as DayRow[]).map(({ date, checked, violating, waived }) => ({
      date,
      checked: Number(checked),
      violating: Number(violating),
      waived: Number(waived),
    })),
  };
}

function sumBy(
  rows: readonly CountsRow[],
  key: (row: CountsRow) => string,
): Map<string, ComplianceCounts> {
  const sums = new Map<string, ComplianceCounts>();
  for (const row of rows) {
    const sum = sums.get(key(row)) ?? none();
    sum.checked += row.checked;
    sum.violating += row.violating;
    sum.waived += row.waived;
    sums.set(key(row), sum);
  }
  return new Map([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function none(): ComplianceCounts {
  return { checked: 0, violating: 0, waived: 0 };
}
