import type { JsonObject, JsonValue } from '@backstage/types';
import type { RedactionsService } from '../logging/redactions';

const REDACTED = '[redacted]';
/** Names of fields whose values are nobody's business, whatever they are. */
const SECRET_NAMES =
  /pass(word|phrase|wd)?$|secret|token|authori[sz]ation|cookie|credential|api[-_]?key|private[-_]?key|access[-_]?key|sealing[-_]?key|signature|^pwd$|^jwt$|connection[-_]?string/i;
/** Texts that are secret, or somebody's address, wherever they stand. */
const SECRET_TEXTS: [RegExp, string][] = [
  [/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, REDACTED],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/:\/\/[^\s/:@]*:[^\s/@]+@/g, `://${REDACTED}@`],
  [/\b(gh[pousr]_|github_pat_|glpat-|xox[a-z]-|AKIA)[\w-]{8,}/g, REDACTED],
  [/-----BEGIN [^-]*PRIVATE KEY-----[^]*/g, REDACTED],
  [/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '[email]'],
];

const MAX_TEXT = 1_000;
const MAX_LIST = 50;
const MAX_DEPTH = 6;

/**
 * Takes secrets and addresses of people out of a text, and cuts it where it is long. What no database takes (NUL, halves of
 * surrogate pairs) is replaced.
 */
export function redactText(
  text: string,
  redactions: RedactionsService,
): string {
  const clean = SECRET_TEXTS.reduce(
    (rest, [pattern, replacement]) => rest.replace(pattern, replacement),
    // The patterns look at each character more than once.
    redactions.redact(text.slice(0, 2 * MAX_TEXT)),
  );
  return (
    clean.length > MAX_TEXT ? `${clean.slice(0, MAX_TEXT)}…` : clean
  ).replace(/\0|[\ud800-\udfff]/gu, '\ufffd');
}

/** The same for all texts of an object, and for everything under a name that says that it is secret. */
export function redactObject(
  object: JsonObject,
  redactions: RedactionsService,
): JsonObject {
  return redactValue(object, redactions, 0) as JsonObject;
}

function redactValue(
  value: JsonValue | undefined,
  redactions: RedactionsService,
  depth: number,
): JsonValue | undefined {
  if (typeof value === 'string') {
    return redactText(value, redactions);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth === MAX_DEPTH) {
    return '[too deep]';
  }
  if (Array.isArray(value)) {
    return value
      .slice(0, MAX_LIST)
      .map(each => redactValue(each, redactions, depth + 1) ?? null);
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_LIST)
      .map(([name, child]) => [
        redactText(name, redactions),
        SECRET_NAMES.test(name) && isTelling(child)
          ? REDACTED
          : redactValue(child, redactions, depth + 1),
      ]),
  );
}

/** Whether there is something to hide: that a thing has no secret, or some, is none. */
function isTelling(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && typeof value !== 'boolean';
}
