import type { PolicyViolation } from '@slipway/plugin-policies-common';

const COLUMNS = [
  ['policy', v => v.policy],
  ['title', v => v.title],
  ['mode', v => v.mode],
  ['kind', v => v.kind],
  ['name', v => v.name],
  ['entityRef', v => v.entityRef],
  ['owner', v => v.owner],
  ['environment', v => v.environment],
  ['field', v => v.field],
  ['message', v => v.message],
  ['reason', v => v.reason],
  ['comply', v => v.comply],
  ['firstSeen', v => v.firstSeen],
  ['lastSeen', v => v.lastSeen],
  ['waivedBy', v => v.waivedBy?.id],
  ['waivedUntil', v => v.waivedBy?.expiresAt],
] as const satisfies [string, (v: PolicyViolation) => string | undefined][];

/** CSV with a head, as in RFC 4180. */
export async function* toCsv(violations: AsyncIterable<PolicyViolation>) {
  yield `${COLUMNS.map(([name]) => name).join(',')}\r\n`;
  for await (const violation of violations) {
    yield `${COLUMNS.map(([, of]) => toCell(of(violation))).join(',')}\r\n`;
  }
}

/** A list in JSON, one entry a line. */
export async function* toJson(violations: AsyncIterable<PolicyViolation>) {
  let before = '[\n';
  for await (const violation of violations) {
    yield `${before}${JSON.stringify(violation)}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** In quotes, and never a formula: people's text is in it, and spreadsheets compute. */
function toCell(value: string | undefined): string {
  const text = value ?? '';
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
