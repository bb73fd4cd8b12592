import {
  entriesOf,
  isUnknown,
  join,
  sizeOf,
  text,
  UNDECLARED_TEXT_MAX,
  unknownOf,
  weightOf,
  type CelShape,
} from './shapes';

/** Characters of a number, a time or a duration as text. */
const SCALAR_TEXT_MAX = 40;
/** To ask for the hours of a time zone: the library makes a calendar of it each time. */
export const ZONE_COST = 200;
/** To write a number with digits after the point: the library asks for the rules of the language each time. */
export const FIXED_COST = 60;

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
    case 'dyn':
      return {
        // Of what is known the sizes stay.
        shape: isUnknown(first) ? first : unknownOf(first),
        cost: 0,
      };
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
      const max = (1 + sizeOf(first)) * (1 + sizeOf(third));
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
      const items = entriesOf(first);
      const each = sizeOf(first.kind === 'list' ? first.element : first);
      const max = items * (each + (second ? sizeOf(second) : 0));
      return { shape: text(max), cost: (items + max) / 10 };
    }
    case 'format': {
      const max = sizeOf(first) + textSize(second) * Math.max(1, places(first));
      return {
        shape: text(max),
        cost: max / 10 + FIXED_COST * fixedPlaces(first),
      };
    }
    case 'strings.quote':
      return { shape: text(2 * sizeOf(first) + 2), cost: sizeOf(first) / 5 };
    case 'substring':
    case 'trim':
    case 'lowerAscii':
    case 'upperAscii':
      return { shape: text(sizeOf(first)), cost: sizeOf(first) / 5 };
    case 'contains':
    case 'indexOf':
    case 'lastIndexOf':
      return {
        shape: declared,
        cost: searchCost(sizeOf(first), sizeOf(second)),
      };
    case 'startsWith':
    case 'endsWith':
      return {
        shape: declared,
        cost: Math.min(sizeOf(first), sizeOf(second)) / 10,
      };
    case 'getDate':
    case 'getDayOfMonth':
    case 'getDayOfWeek':
    case 'getDayOfYear':
    case 'getFullYear':
    case 'getHours':
    case 'getMilliseconds':
    case 'getMinutes':
    case 'getMonth':
    case 'getSeconds':
      return { shape: declared, cost: second ? ZONE_COST : 0 };
    default:
      // Numbers and times have no characters to look at.
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

/** To look for a text in another one. It may be there but for its last character at many places. */
export function searchCost(within: number, wanted: number): number {
  return (within + wanted) / 10 + (within * wanted) / 5_000;
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
      // They are copied: a chain of lists takes longer to walk the longer it is.
      cost: max / 10,
    };
  }
  if (first.kind === 'list' || second.kind === 'list') {
    const entries = entriesOf(first) + entriesOf(second);
    return {
      shape: {
        kind: 'list' as const,
        element: unknownOf(first, second),
        max: entries,
      },
      cost: entries / 10,
    };
  }
  if (declared.kind === 'string') {
    return { shape: text(max), cost: max / 10 };
  }
  if (declared.kind === 'bytes') {
    return { shape: { kind: 'bytes' as const, max }, cost: max / 10 };
  }
  if (isUnknown(first) || isUnknown(second)) {
    const entries = entriesOf(first) + entriesOf(second);
    return {
      shape: {
        kind: 'dyn' as const,
        characters: max,
        entries,
        weight: weightOf(first) + weightOf(second),
      },
      cost: Math.max(max, entries) / 10,
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
      return Math.max(sizeOf(shape), 10 * (shape.weight ?? 0));
    default:
      return SCALAR_TEXT_MAX;
  }
}

/** How many numbers are written with digits after the point. */
function fixedPlaces(format: CelShape): number {
  return format.kind === 'string' && format.literal !== undefined
    ? (format.literal.match(/%(\.\d*)?f/g)?.length ?? 0)
    : sizeOf(format) / 2;
}

/** A place such as `%.50f` pads what it is given. */
function places(format: CelShape): number {
  const digits =
    format.kind === 'string' ? format.literal?.match(/\d+/g) : undefined;
  return Math.max(1, ...(digits ?? []).map(Number)) / 10;
}
