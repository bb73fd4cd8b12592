/** What stands where a value was. */
const PLACEHOLDER = '?';
/** As much of a statement as one reads. */
const LENGTH_MAX = 500;

/**
 * A statement without the values that are in it: whatever is between quotes, numbers and comments.
 *
 * @remarks
 *
 * Servers replace values themselves, but not always: a text may be kept as it was sent when the server was short of room,
 * and statements that are no queries are kept as they are. So this goes over whatever a server tells. What is not closed,
 * because the text was cut off, is left out up to the end. Where a double quote begins text and where it begins a name depends on
 * the engine.
 *
 * @public
 */
export function withoutLiterals(
  statement: string,
  options: { doubleQuotes: 'name' | 'text' },
): string {
  let rest = statement;
  let clean = '';
  while (rest.length > 0 && clean.length <= LENGTH_MAX) {
    const [length, shown] = nextPart(rest, options.doubleQuotes, clean);
    clean += shown;
    rest = rest.slice(length);
  }
  const oneLine = clean.replace(/\s+/g, ' ').trim();
  return oneLine.length > LENGTH_MAX
    ? `${oneLine.slice(0, LENGTH_MAX)}…`
    : oneLine;
}

/** @returns how much of the text is taken, and what is shown for it */
function nextPart(
  text: string,
  doubleQuotes: 'name' | 'text',
  before: string,
): [number, string] {
  const first = text[0];
  const isMySql = doubleQuotes === 'text';
  if (isMySql ? /^(?:--(?:\s|$)|#)/.test(text) : text.startsWith('--')) {
    const end = text.indexOf('\n');
    return [end < 0 ? text.length : end, ' '];
  }
  if (text.startsWith('/*')) return [endOfComment(text, !isMySql), ' '];
  if (first === "'" || (first === '"' && isMySql)) {
    return [endOfText(text, first), PLACEHOLDER];
  }
  if (first === '"') {
    const end = closing(text, '"', false);
    return [end, named(text, end)];
  }
  if (first === '`') {
    const end = closing(text, '`', false);
    return [end, named(text, end)];
  }
  const dollar = /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(
    text,
  );
  if (dollar && !isMySql) {
    const end = text.indexOf(dollar[0], dollar[0].length);
    return [end < 0 ? text.length : end + dollar[0].length, PLACEHOLDER];
  }
  // The letter before a quote says how it is written: E'…', B'…', X'…', N'…', U&'…'.
  const prefix = /^(?:[EeBbXxNn]|[Uu]&)(?=')/.exec(text);
  if (prefix && !/[\w$]$/.test(before)) return [prefix[0].length, ''];
  const name = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/.exec(text);
  if (name) return [name[0].length, name[0]];
  const parameter = /^\$\d+/.exec(text);
  if (parameter) return [parameter[0].length, parameter[0]];
  const number =
    /^(?:0[xXoObB][\da-fA-F_]+|\.?\d[\w.]*(?:(?<=[eE])[+-]\d+)?)/.exec(text);
  if (number) return [number[0].length, PLACEHOLDER];
  return [1, first];
}

/** Names in quotes are shown; one that is not closed is the rest of something that was cut off. */
function named(text: string, end: number): string {
  const name = text.slice(0, end);
  return name.length > 1 && name.endsWith(name[0]) ? name : PLACEHOLDER;
}

/**
 * Where text in quotes ends. Whether a backslash is an escape depends on settings of whoever sent it: where that makes a
 * difference, all that follows is left out.
 */
function endOfText(text: string, quote: string): number {
  const end = closing(text, quote, false);
  return end === closing(text, quote, true) ? end : text.length;
}

function closing(text: string, quote: string, hasEscapes: boolean): number {
  for (let at = 1; at < text.length; at += 1) {
    if (hasEscapes && text[at] === '\\') {
      at += 1;
    } else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return text.length;
}

/** Comments of Postgres can hold comments. */
function endOfComment(text: string, canNest: boolean): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const two = text.slice(at, at + 2);
    if (two === '/*' && (canNest || at === 0)) {
      depth += 1;
      at += 1;
    } else if (two === '*/') {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}
