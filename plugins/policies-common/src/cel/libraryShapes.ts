import type { CelType } from '@bufbuild/cel';
import type { findFunctions } from './environment';
import type { CelNode } from './parseExpression';
import {
  bool,
  describeShape,
  dyn,
  int,
  UNDECLARED_ENTRIES_MAX,
  type CelShape,
} from './shapes';

type Constant = Extract<
  CelNode['exprKind'],
  { case: 'constExpr' }
>['value']['constantKind'];
type LibraryFunction = ReturnType<typeof findFunctions>[number];

/** The shape of what is written in an expression as it is. */
export function constantShape(constant: Constant): CelShape {
  switch (constant.case) {
    case 'boolValue':
      return bool;
    case 'int64Value':
      return int;
    case 'uint64Value':
      return { kind: 'uint' };
    case 'doubleValue':
      return { kind: 'double' };
    case 'stringValue':
      return {
        kind: 'string',
        max: constant.value.length,
        literal: constant.value,
      };
    case 'bytesValue':
      return { kind: 'bytes', max: constant.value.length };
    case 'nullValue':
      return { kind: 'null' };
    default:
      return dyn;
  }
}

/** The shape of a type of the library, which knows no sizes. */
export function toShape(type: CelType): CelShape {
  switch (type.kind) {
    case 'list':
      return {
        kind: 'list',
        element: toShape(type.element),
        max: UNDECLARED_ENTRIES_MAX,
      };
    case 'map':
      return {
        kind: 'map',
        key: toShape(type.key),
        value: toShape(type.value),
        max: UNDECLARED_ENTRIES_MAX,
      };
    case 'object':
      return type.name === 'google.protobuf.Timestamp'
        ? { kind: 'timestamp' }
        : { kind: 'duration' };
    default:
      break;
  }
  switch (type.scalar) {
    case 'string':
    case 'bytes':
      return { kind: type.scalar, max: 0 };
    case 'null_type':
      return { kind: 'null' };
    default:
      return { kind: type.scalar };
  }
}

/** A call as one would write it, with types in the place of values. */
export function describeCall(
  name: string,
  isMethod: boolean,
  shapes: CelShape[],
) {
  const operator = /^([!-])_$|^_(.+)_$/.exec(name);
  const types = shapes.map(describeShape);
  if (operator) {
    return types.length === 1
      ? `${operator[1]}${types[0]}`
      : types.join(` ${operator[2]} `);
  }
  const [target, ...rest] = isMethod ? types : ['', ...types];
  return `${target && `${target}.`}${name}(${rest.join(', ')})`;
}

/** How a function of the library is called. */
export function describeFunction(each: LibraryFunction) {
  const types = [...(each.target ? [each.target] : []), ...each.arguments].map(
    toShape,
  );
  return describeCall(each.name, Boolean(each.target), types);
}
