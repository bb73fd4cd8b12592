import type {
  DatabaseHealth,
  DatabaseUsage,
} from '@slipway/plugin-databases-common';
import { bytes } from '../shared/backupWords';

const DAYS_PER_MONTH = 30;
const DAYS_PER_YEAR = 365;

/** "5 GiB", "1.4 MiB" */
export function size(count: number): string {
  return bytes(count).replace('.0 ', ' ');
}

/** "12 %"; what is there and rounds to nothing is "under 1 %". */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  return rounded === 0 && share > 0 ? 'under 1 %' : `${rounded} %`;
}

/** "1.4 of 5 GiB, 28 %" */
export function use(used: number, limit: number): string {
  return `${size(used)} of ${size(limit)}, ${percent(used / limit)}`;
}

/** How its size changes, or that nobody can say yet. */
export function growth(usage: DatabaseUsage): string {
  const perDay = usage.growthBytesPerDay;
  if (perDay === undefined) {
    return 'Not known yet: it takes a day of measurements';
  }
  if (Math.abs(perDay) < 1024) return 'Stays as it is';
  return perDay > 0
    ? `${size(perDay)} a day`
    : `Shrinks by ${size(-perDay)} a day`;
}

/** "in about 12 days" */
export function full(days: number): string {
  if (days < 1) return 'within a day';
  if (days < 2 * DAYS_PER_MONTH) return `in about ${many(days, 'day')}`;
  if (days < 2 * DAYS_PER_YEAR) {
    return `in about ${many(days / DAYS_PER_MONTH, 'month')}`;
  }
  return `in about ${many(days / DAYS_PER_YEAR, 'year')}`;
}

/** "120 ms", "1.4 s" */
export function milliseconds(ms: number): string {
  if (ms < 1) return 'under 1 ms';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** What is not told of this database, by the words of the page. */
export function untold(health: DatabaseHealth): string[] {
  return (
    [
      ['size', 'its size'],
      ['sessions', 'its sessions'],
      ['cache-hits', 'how often reads are answered from memory'],
    ] as const
  )
    .filter(([measure]) => !health.tells.includes(measure))
    .map(([, words]) => words);
}

function many(count: number, unit: string): string {
  const rounded = Math.round(count);
  return `${rounded} ${unit}${rounded === 1 ? '' : 's'}`;
}
