import { create } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { celList, celMap, type CelInput, type CelMap } from '@bufbuild/cel';
import type { JsonObject, JsonValue } from '@backstage/types';
import {
  dyn,
  UNDECLARED_ENTRIES_MAX,
  UNDECLARED_TEXT_MAX,
  VALUE_DEPTH_MAX,
  type CelShape,
} from './shapes';

/** So many values of a request are read: lists, maps and what is in them. Usual requests have some hundreds. */
export const VALUES_MAX = 25_000;

/** How many more values may be read. */
interface Reading {
  left: number;
}

/** Why a value cannot be read. */
class Unreadable {
  constructor(readonly reason: string) {}
}

/** A map that says why what it does not hold cannot be read. */
class GuardedMap extends Map<string, CelInput> {
  constructor(
    entries: [string, CelInput][],
    private readonly unreadable: Map<string, Unreadable>,
    private readonly whole?: Unreadable,
  ) {
    super(entries);
  }

  // The library loops over it so.
  override [Symbol.iterator]() {
    return this.entries();
  }

  override get(key: string) {
    const why = this.whole ?? this.unreadable.get(key);
    if (why) {
      throw new Error(why.reason);
    }
    return super.get(key);
  }

  override get size(): number {
    return this.readable().size;
  }

  override keys() {
    return this.readable().allKeys();
  }

  override entries() {
    const [why] = this.whole ? [this.whole] : this.unreadable.values();
    if (why) {
      // Whoever compares or writes out all of it looks at that as well.
      throw new Error(why.reason);
    }
    return super.entries();
  }

  private readable() {
    if (this.whole) {
      throw new Error(this.whole.reason);
    }
    return {
      size: super.size + this.unreadable.size,
      allKeys: () =>
        new Map(
          [...super.keys(), ...this.unreadable.keys()].map(key => [key, key]),
        ).keys(),
    };
  }
}

/**
 * Turns JSON into what the library reads. Whole numbers become `int`, others `double`, unless the shape says otherwise.
 *
 * A value that is bigger than declared can be passed, so that it does not disturb policies that do not look at it; one
 * that does look fails with a sentence that names the field, since its cost was bounded for less.
 *
 * @param name - of the variable, for that sentence
 * @param more - entries that are no JSON
 */
export function toCelValue(
  value: JsonObject,
  shape: CelShape,
  name: string,
  more?: ReadonlyMap<string, CelInput>,
): CelMap {
  const reading = { left: VALUES_MAX };
  const converted = convertMap(value, shape, name, 0, reading, more);
  return converted instanceof Unreadable
    ? celMap(new GuardedMap([], new Map(), converted))
    : converted;
}

/** A moment as CEL's `timestamp`. */
export function toCelTimestamp(time: Date): CelInput {
  const ms = time.getTime();
  return create(TimestampSchema, {
    seconds: BigInt(Math.floor(ms / 1000)),
    nanos: (((ms % 1000) + 1000) % 1000) * 1_000_000,
  });
}

function convert(
  value: JsonValue | undefined,
  shape: CelShape,
  path: string,
  depth: number,
  reading: Reading,
): CelInput | Unreadable {
  reading.left -= 1;
  if (reading.left < 0) {
    return new Unreadable(
      `${path} comes after ${VALUES_MAX.toLocaleString('en-US')} other values, and policies read no more of a request.`,
    );
  }
  if (depth > VALUE_DEPTH_MAX) {
    return new Unreadable(
      `${path} is nested more than ${VALUE_DEPTH_MAX} deep, and policies read no deeper.`,
    );
  }
  if (value === null || value === undefined) {
    return null;
  }
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return shape.kind !== 'double' && Number.isSafeInteger(value)
        ? BigInt(value)
        : value;
    case 'string': {
      const max = shape.kind === 'string' ? shape.max : UNDECLARED_TEXT_MAX;
      return value.length > max
        ? tooBig(path, value.length, 'characters', max)
        : value;
    }
    default:
      return Array.isArray(value)
        ? convertList(value, shape, path, depth, reading)
        : convertMap(value, shape, path, depth, reading);
  }
}

function convertList(
  values: JsonValue[],
  shape: CelShape,
  path: string,
  depth: number,
  reading: Reading,
): CelInput | Unreadable {
  const max = shape.kind === 'list' ? shape.max : UNDECLARED_ENTRIES_MAX;
  if (values.length > max) {
    return tooBig(path, values.length, 'elements', max);
  }
  const element = shape.kind === 'list' ? shape.element : dyn;
  const elements: CelInput[] = [];
  for (let i = 0; i < values.length; i++) {
    const converted = convert(
      values[i],
      element,
      `${path}[${i}]`,
      depth + 1,
      reading,
    );
    if (converted instanceof Unreadable) {
      return converted;
    }
    elements.push(converted);
  }
  return celList(elements);
}

function convertMap(
  value: JsonObject,
  shape: CelShape,
  path: string,
  depth: number,
  reading: Reading,
  more?: ReadonlyMap<string, CelInput>,
): CelMap | Unreadable {
  const keys = Object.keys(value);
  const max = shape.kind === 'map' ? shape.max : UNDECLARED_ENTRIES_MAX;
  if (keys.length > max) {
    return tooBig(path, keys.length, 'entries', max);
  }
  const readable: [string, CelInput][] = more ? [...more] : [];
  const unreadable = new Map<string, Unreadable>();
  for (const key of keys) {
    const field = value[key];
    if (field === undefined) {
      continue;
    }
    const fieldPath = `${path}.${key}`;
    const converted = convert(
      field,
      shapeOf(shape, key),
      fieldPath,
      depth + 1,
      reading,
    );
    if (converted instanceof Unreadable) {
      unreadable.set(key, converted);
    } else {
      readable.push([key, converted]);
    }
  }
  return celMap(
    unreadable.size > 0
      ? new GuardedMap(readable, unreadable)
      : new Map(readable),
  );
}

function shapeOf(shape: CelShape, key: string): CelShape {
  if (shape.kind === 'map') {
    return shape.value;
  }
  return shape.kind === 'object' && Object.hasOwn(shape.fields, key)
    ? shape.fields[key]
    : dyn;
}

function tooBig(path: string, size: number, what: string, max: number) {
  return new Unreadable(
    `${path} has ${size} ${what}, and policies read at most ${max}.`,
  );
}
