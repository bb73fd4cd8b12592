import type { BackupKind } from '@slipway/plugin-databases-common';

/** Why a backup was taken. */
export const backupKindWords: Record<BackupKind, string> = {
  'on-request': 'Asked for',
  scheduled: 'By schedule',
  'before-restore': 'Before a restore',
  final: 'Last of all',
};

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** "1.4 MiB" */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** What people look for first, and how one of each is called. */
const SHOWN = [
  ['tables', 'table'],
  ['rows', 'row'],
  ['keys', 'key'],
] as const;

/** "12 tables, 3,401 rows" */
export function contentsInWords(contents: Record<string, number>): string {
  return SHOWN.flatMap(([many, one]) => {
    const count = contents[many];
    if (count === undefined) return [];
    return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
  }).join(', ');
}
