import {
  describeShape,
  dyn,
  entriesOf,
  int,
  isAssignable,
  isComparable,
  isUnknown,
  sizeOf,
  text,
  unknownOf,
  weightOf,
  type CelShape,
} from './shapes';

/** Throws, with the place of the expression. */
type Refuse = (message: string) => never;

/** What a field is. */
export function fieldOf(
  shape: CelShape,
  name: string,
  refuse: Refuse,
): CelShape {
  if (shape.kind === 'object') {
    if (Object.hasOwn(shape.fields, name)) {
      return shape.fields[name];
    }
    return shape.open
      ? dyn
      : refuse(
          `${shape.name} has no field "${name}". It has: ${Object.keys(shape.fields).join(', ')}.`,
        );
  }
  if (shape.kind === 'map') {
    return shape.value;
  }
  return isUnknown(shape)
    ? within(shape)
    : refuse(
        `"${name}" is asked of a value of type ${describeShape(shape)}, which has no fields.`,
      );
}

/** A part of what is not known: it may be as big as all of it. */
function within(shape: CelShape): CelShape {
  return shape.kind === 'dyn' ? shape : dyn;
}

/** What there is at an index. */
export function atIndex(of: CelShape, at: CelShape, refuse: Refuse): CelShape {
  if (of.kind === 'object' && at.kind === 'string') {
    return at.literal === undefined
      ? unknownOf(of)
      : fieldOf(of, at.literal, refuse);
  }
  if (of.kind === 'list' && isAssignable(at, int)) {
    return of.element;
  }
  if (of.kind === 'map' && isComparable(at, of.key)) {
    return of.value;
  }
  return isUnknown(of)
    ? within(of)
    : refuse(
        `A ${describeShape(of)} has nothing at an index of type ${describeShape(at)}.`,
      );
}

/** The cost of `value in container`. */
export function membershipCost(
  value: CelShape,
  container: CelShape,
  refuse: Refuse,
): number {
  if (container.kind === 'list' && isComparable(value, container.element)) {
    const each = Math.min(weightOf(value), weightOf(container.element));
    return 1 + container.max * each;
  }
  if (container.kind === 'map' && isComparable(value, container.key)) {
    return 1;
  }
  if (container.kind === 'object' && isAssignable(value, text(0))) {
    return 1;
  }
  if (isUnknown(container)) {
    const each = Math.min(weightOf(value), weightOf(container));
    return entriesOf(container) * each;
  }
  return refuse(
    `A value of type ${describeShape(value)} is never in one of type ${describeShape(container)}.`,
  );
}

/** What one meets when one loops over a value, and how often at most. */
export function iterationOf(
  shape: CelShape,
  refuse: Refuse,
): { item: CelShape; times: number } {
  switch (shape.kind) {
    case 'list':
      return { item: shape.element, times: shape.max };
    case 'map':
      return { item: shape.key, times: shape.max };
    case 'object':
      return { item: text(253), times: sizeOf(shape) };
    default:
      return isUnknown(shape)
        ? { item: within(shape), times: entriesOf(shape) }
        : refuse(
            `A value of type ${describeShape(shape)} is no list or map that one can loop over.`,
          );
  }
}
