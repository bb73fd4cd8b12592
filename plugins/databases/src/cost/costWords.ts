import type { Costs, Money } from '@slipway/plugin-databases-common';
import { DateTime } from 'luxon';

/** "€1,234.50" */
export function money({ amount, currency }: Money): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(
    amount,
  );
}

/** "€12.00 + $3.00", or that nothing of it is known. */
export function sumWords({ amounts, withoutPrice }: Costs['total']): string {
  if (amounts.length) return amounts.map(money).join(' + ');
  return withoutPrice > 0 ? 'Unknown' : 'Nothing';
}

/** "3 databases" */
export function databasesWords(count: number): string {
  return count === 1 ? '1 database' : `${count.toLocaleString('en')} databases`;
}

/** "2026-01" of a month that is so many months before this one, in UTC. */
export function monthBefore(count: number): string {
  return DateTime.utc()
    .startOf('month')
    .minus({ months: count })
    .toFormat('yyyy-MM');
}

/** "January 2026" */
export function monthWords(month: string): string {
  return DateTime.fromISO(`${month}-01`, { zone: 'utc' }).toFormat('LLLL yyyy');
}

/** "2026-01-05 14:00", in UTC as months are. */
export function timeWords(at: string): string {
  return DateTime.fromISO(at, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm');
}
