/**
 * What is known of a CEL value before there is one: its type, and how big it may be. Sizes are counted in characters and
 * entries; they make the static bound of cost possible, and values are held to them (see `toCelValue`).
 * @public
 */
export type CelShape =
  | {
      /** Of which nothing is known. */
      kind: 'dyn';
      /** The most characters of any text in it, when it may have more than what is undeclared. */
      characters?: number;
      /** The same for the entries of any list or map in it. */
      entries?: number;
      /** The same for the steps to compare it. */
      weight?: number;
    }
  | {
      kind:
        | 'bool'
        | 'int'
        | 'uint'
        | 'double'
        | 'null'
        | 'timestamp'
        | 'duration'
        | 'type'
        /** The element of an empty list: fits every type. */
        | 'nothing';
    }
  | {
      kind: 'string' | 'bytes';
      max: number;
      /** The text itself, when the policy says it. */
      literal?: string;
    }
  | {
      kind: 'list';
      element: CelShape;
      max: number;
    }
  | { kind: 'map'; key: CelShape; value: CelShape; max: number }
  | {
      kind: 'object';
      /** For messages, e.g. `DatabaseRequest`. */
      name: string;
      fields: Readonly<Record<string, CelShape>>;
      /** Whether it may have other fields, of which nothing is known. */
      open?: boolean;
    };

/** The most characters of a text whose size was not declared. */
export const UNDECLARED_TEXT_MAX = 10_000;

/** The most entries of a list or map whose size was not declared. */
export const UNDECLARED_ENTRIES_MAX = 500;

/** The most steps to compare a value of which nothing is known: there is no more in a request (see `toCelValue`). */
export const UNDECLARED_WEIGHT = 25_000;

/** How deep lists and maps may be nested in a request. */
export const VALUE_DEPTH_MAX = 50;

export const dyn: CelShape = { kind: 'dyn' };
export const bool: CelShape = { kind: 'bool' };
export const int: CelShape = { kind: 'int' };
export const double: CelShape = { kind: 'double' };
export const timestamp: CelShape = { kind: 'timestamp' };
/** Text of at most so many characters. */
export const text = (max: number): CelShape => ({ kind: 'string', max });
/** A list of at most so many elements. */
export const list = (element: CelShape, max: number): CelShape => ({
  kind: 'list',
  element,
  max,
});
/** A map from text to values with at most so many entries. */
export const map = (value: CelShape, max: number): CelShape => ({
  kind: 'map',
  key: text(253),
  value,
  max,
});
/** An object with known fields. */
export const object = (
  name: string,
  fields: Record<string, CelShape>,
  options: { open?: boolean } = {},
): CelShape => ({ kind: 'object', name, fields, ...options });

/** The type as an author writes or reads it, e.g. `list(string)`. */
export function describeShape(shape: CelShape): string {
  switch (shape.kind) {
    case 'list':
      return `list(${describeShape(shape.element)})`;
    case 'map':
      return `map(${describeShape(shape.key)}, ${describeShape(shape.value)})`;
    case 'object':
      return shape.name;
    case 'nothing':
      return 'dyn';
    default:
      return shape.kind;
  }
}

/** How many characters or entries a value has at most; 1 for what has no size. */
export function sizeOf(shape: CelShape): number {
  switch (shape.kind) {
    case 'string':
    case 'bytes':
    case 'list':
    case 'map':
      return shape.max;
    case 'object':
      return shape.open
        ? UNDECLARED_ENTRIES_MAX
        : Object.keys(shape.fields).length;
    case 'dyn':
      return shape.characters ?? UNDECLARED_TEXT_MAX;
    default:
      return 1;
  }
}

/** How often one may meet something when one loops over a value, at most; what is undeclared counts as long. */
export function entriesOf(shape: CelShape): number {
  switch (shape.kind) {
    case 'list':
    case 'map':
      return shape.max;
    case 'object':
      return sizeOf(shape);
    case 'dyn':
      return shape.entries ?? UNDECLARED_ENTRIES_MAX;
    default:
      return UNDECLARED_ENTRIES_MAX;
  }
}

/** What is one of these, of a type that is not known, and as big as the biggest of them. */
export function unknownOf(...shapes: CelShape[]): CelShape {
  const most = (of: (shape: CelShape) => number, least: number) =>
    Math.max(least, ...shapes.map(of));
  return {
    kind: 'dyn',
    characters: most(mostCharacters, UNDECLARED_TEXT_MAX),
    entries: most(mostEntries, UNDECLARED_ENTRIES_MAX),
    weight: most(weightOf, UNDECLARED_WEIGHT),
  };
}

function mostCharacters(shape: CelShape): number {
  switch (shape.kind) {
    case 'string':
    case 'bytes':
    case 'dyn':
      return sizeOf(shape);
    default:
      return Math.max(0, ...partsOf(shape).map(mostCharacters));
  }
}

function mostEntries(shape: CelShape): number {
  return Math.max(
    shape.kind === 'dyn' || partsOf(shape).length > 0 ? entriesOf(shape) : 0,
    ...partsOf(shape).map(mostEntries),
  );
}

function partsOf(shape: CelShape): CelShape[] {
  switch (shape.kind) {
    case 'list':
      return [shape.element];
    case 'map':
      return [shape.key, shape.value];
    case 'object':
      return Object.values(shape.fields);
    default:
      return [];
  }
}

/** The number of steps to compare or copy a whole value, at most. */
export function weightOf(shape: CelShape): number {
  switch (shape.kind) {
    case 'string':
    case 'bytes':
      return 1 + shape.max / 10;
    case 'list':
      return 1 + shape.max * weightOf(shape.element);
    case 'map':
      return 1 + shape.max * (weightOf(shape.key) + weightOf(shape.value));
    case 'object':
      return Object.values(shape.fields).reduce(
        (sum, field) => sum + weightOf(field),
        shape.open ? UNDECLARED_WEIGHT : 1,
      );
    case 'dyn':
      return shape.weight ?? UNDECLARED_WEIGHT;
    default:
      return 1;
  }
}

const numbers = new Set(['int', 'uint', 'double']);

/** Whether a value of one type may stand where the other is wanted. */
export function isAssignable(from: CelShape, to: CelShape): boolean {
  if (isUnknown(from) || isUnknown(to)) {
    return true;
  }
  if (from.kind === 'list' && to.kind === 'list') {
    return isAssignable(from.element, to.element);
  }
  if (to.kind === 'map') {
    return from.kind === 'map'
      ? isAssignable(from.key, to.key) && isAssignable(from.value, to.value)
      : from.kind === 'object' && isAssignable(text(0), to.key);
  }
  return from.kind === to.kind;
}

/** Whether it makes sense to ask if two values are equal: text never equals a number. Everything may be null. */
export function isComparable(a: CelShape, b: CelShape): boolean {
  if (a.kind === 'null' || b.kind === 'null') {
    return true;
  }
  if (numbers.has(a.kind) && numbers.has(b.kind)) {
    return true;
  }
  if (a.kind === 'list' && b.kind === 'list') {
    return isComparable(a.element, b.element);
  }
  if (a.kind === 'map' && b.kind === 'map') {
    return isComparable(a.key, b.key) && isComparable(a.value, b.value);
  }
  return isAssignable(a, b) || isAssignable(b, a);
}

/** The type of what is one or the other, big enough for both. */
export function join(a: CelShape, b: CelShape): CelShape {
  if (a.kind === 'nothing') {
    return b;
  }
  if (b.kind === 'nothing') {
    return a;
  }
  if (a.kind === 'string' && b.kind === 'string') {
    return text(Math.max(a.max, b.max));
  }
  if (a.kind === 'bytes' && b.kind === 'bytes') {
    return { kind: 'bytes', max: Math.max(a.max, b.max) };
  }
  if (a.kind === 'list' && b.kind === 'list') {
    return {
      kind: 'list',
      element: join(a.element, b.element),
      max: Math.max(a.max, b.max),
    };
  }
  if (a.kind === 'map' && b.kind === 'map') {
    return {
      kind: 'map',
      key: join(a.key, b.key),
      value: join(a.value, b.value),
      max: Math.max(a.max, b.max),
    };
  }
  if (a.kind === 'object' && b.kind === 'object') {
    return a === b ? a : unknownOf(a, b);
  }
  return a.kind === b.kind && a.kind !== 'dyn' ? a : unknownOf(a, b);
}

/** Whether nothing is known of the type. */
export function isUnknown(shape: CelShape): boolean {
  return shape.kind === 'dyn' || shape.kind === 'nothing';
}
