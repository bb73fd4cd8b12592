import { isCelMap } from '@bufbuild/cel';

/** The most characters of a value that are shown. */
const SHOWN_MAX = 200;

/** A value as text for people. Of a long one the beginning: no more of it is looked at than is shown. */
export function sayValue(value: unknown): string {
  let said = '';
  for (const piece of piecesOf(value)) {
    said += piece;
    if (said.length > SHOWN_MAX) {
      return `${said.slice(0, SHOWN_MAX)}…`;
    }
  }
  return said;
}

function* piecesOf(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    yield JSON.stringify(value.slice(0, SHOWN_MAX));
  } else if (isCelMap(value)) {
    yield* within('{}', value, function* say([name, each]) {
      yield* piecesOf(name);
      yield ': ';
      yield* piecesOf(each);
    });
  } else if (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value
  ) {
    yield* within('[]', value as Iterable<unknown>, piecesOf);
  } else {
    yield String(value);
  }
}

function* within<T>(
  [opening, closing]: string,
  items: Iterable<T>,
  say: (item: T) => Generator<string>,
): Generator<string> {
  yield opening;
  let between = '';
  for (const item of items) {
    yield between;
    yield* say(item);
    between = ', ';
  }
  yield closing;
}
