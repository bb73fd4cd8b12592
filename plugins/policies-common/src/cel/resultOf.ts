import {
  dyn,
  isUnknown,
  join,
  sizeOf,
  text,
  UNDECLARED_ENTRIES_MAX,
  UNDECLARED_TEXT_MAX,
  weightOf,
  type CelShape,
} from './shapes';

/** Characters of a number, a time or a duration as text. */
const SCALAR_TEXT_MAX = 40;

/**
 * How big the result of a function may be, and what it costs beside the call itself.
 *
 * @param name - e.g. `replace` or `_+_`
 * @param operands - the value it is called on, if any, and its arguments
 * @param declared - the type that the library says it has
 */
export function resultOf(
  name: string,
  operands: CelShape[],
  declared: CelShape,
): { shape: CelShape; cost: number } {
  const [first, second, third] = operands;
  switch (name) {
    case '_+_':
      return concatenation(first, second, declared);
    case '_<_':
    case '_<=_':
    case '_>_':
    case '_>=_':
      return {
        shape: declared,
        cost: Math.min(weightOf(first), weightOf(second)),
      };
    case 'matches':
      // One look into a table for each character: see `compilePattern`.
      return { shape: declared, cost: sizeOf(first) / 5 };
    case 'dyn':
      return { shape: dyn, cost: 0 };
    case 'type':
      return { shape: declared, cost: 0 };
    case 'size':
      // The characters of a text are counted one by one.
      return {
        shape: declared,
        cost:
          first.kind === 'string' || isUnknown(first) ? sizeOf(first) / 10 : 0,
      };
    case 'string':
      return {
        shape: text(
          first.kind === 'string' || first.kind === 'bytes' || isUnknown(first)
            ? sizeOf(first)
            : SCALAR_TEXT_MAX,
        ),
        cost: sizeOf(first) / 10,
      };
    case 'bytes':
      return {
        shape: { kind: 'bytes', max: 4 * sizeOf(first) },
        cost: sizeOf(first) / 10,
      };
    case 'charAt':
      return { shape: text(2), cost: 1 };
    case 'replace': {
      // With an empty text to look for, the other comes between all characters.
      const max = sizeOf(first) * (1 + sizeOf(third));
      // The library copies the whole text for each place.
      return {
        shape: text(max),
        cost: max / 10 + (sizeOf(first) * max) / 1_000,
      };
    }
    case 'split':
      return {
        shape: {
          kind: 'list',
          element: text(sizeOf(first)),
          max: sizeOf(first) + 1,
        },
        cost: sizeOf(first),
      };
    case 'join': {
      const items = first.kind === 'list' ? first.max : UNDECLARED_ENTRIES_MAX;
      const each =
        first.kind === 'list' ? sizeOf(first.element) : UNDECLARED_TEXT_MAX;
      const max = items * (each + (second ? sizeOf(second) : 0));
      return { shape: text(max), cost: max / 10 };
    }
    case 'format': {
      const max = sizeOf(first) + textSize(second) * Math.max(1, places(first));
      return { shape: text(max), cost: max / 10 };
    }
    case 'strings.quote':
      return { shape: text(2 * sizeOf(first) + 2), cost: sizeOf(first) / 10 };
    case 'substring':
    case 'trim':
    case 'lowerAscii':
    case 'upperAscii':
      return { shape: text(sizeOf(first)), cost: sizeOf(first) / 5 };
    default:
      // contains, startsWith, indexOf and the like look at each character; numbers and times have none.
      return {
        shape: declared,
        cost: operands.reduce(
          (sum, each) =>
            each.kind === 'string' || isUnknown(each)
              ? sum + sizeOf(each) / 10
              : sum,
          0,
        ),
      };
  }
}

function concatenation(first: CelShape, second: CelShape, declared: CelShape) {
  const max = sizeOf(first) + sizeOf(second);
  if (first.kind === 'list' && second.kind === 'list') {
    return {
      shape: {
        kind: 'list' as const,
        element: join(first.element, second.element),
        max,
      },
      cost: 1,
    };
  }
  if (declared.kind === 'string') {
    return { shape: text(max), cost: max / 10 };
  }
  if (declared.kind === 'bytes') {
    return { shape: { kind: 'bytes' as const, max }, cost: max / 10 };
  }
  if (isUnknown(first) || isUnknown(second)) {
    return {
      shape: declared.kind === 'dyn' ? dyn : declared,
      cost: UNDECLARED_TEXT_MAX / 10,
    };
  }
  return { shape: declared, cost: 0 };
}

/** The most characters that a value takes when it is written out. */
function textSize(shape: CelShape): number {
  switch (shape.kind) {
    case 'list':
      return shape.max * (textSize(shape.element) + 2);
    case 'map':
      return shape.max * (textSize(shape.key) + textSize(shape.value) + 4);
    case 'object':
      return UNDECLARED_TEXT_MAX;
    case 'string':
    case 'bytes':
      return 2 * shape.max;
    case 'dyn':
      return UNDECLARED_TEXT_MAX;
    default:
      return SCALAR_TEXT_MAX;
  }
}

/** A place such as `%.50f` pads what it is given. */
function places(format: CelShape): number {
  const digits =
    format.kind === 'string' ? format.literal?.match(/\d+/g) : undefined;
  return Math.max(1, ...(digits ?? []).map(Number)) / 10;
}
