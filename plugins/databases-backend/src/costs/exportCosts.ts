import type { CostRow } from '@slipway/plugin-databases-common';

const COLUMNS = [
  ['month', row => row.month],
  ['name', row => row.name],
  ['environment', row => row.environment],
  ['owner', row => row.owner],
  ['size', row => row.size],
  ['from', row => row.from],
  ['to', row => row.to],
  ['pricePerMonth', row => row.pricePerMonth?.amount],
  ['cost', row => row.cost?.amount],
  ['currency', row => row.cost?.currency],
  ['databaseId', row => row.databaseId],
] as const satisfies [string, (row: CostRow) => string | number | undefined][];

/** CSV with a head, as in RFC 4180. What has no price has an empty cost. */
export function toCsv(rows: readonly CostRow[]): string {
  return [
    COLUMNS.map(([name]) => name).join(','),
    ...rows.map(row => COLUMNS.map(([, of]) => toCell(of(row))).join(',')),
    '',
  ].join('\r\n');
}

/** In quotes, and never a formula: spreadsheets compute. Our numbers are not negative, and stay numbers. */
function toCell(value: string | number | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
