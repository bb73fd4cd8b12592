import {
  celError,
  celType,
  isCelError,
  isCelList,
  isCelMap,
  isCelUint,
  type CelError,
  type CelFunc,
  type CelList,
  type CelResult,
  type CelValue,
} from '@bufbuild/cel';
import type { Runnable } from './compileExpression';
import { compilePattern } from './compilePattern';
import { findFunctions } from './environment';

/** A call of a function, a method or an operator. */
export interface Call {
  /** The node's. */
  id: number;
  name: string;
  /** What stands before the dot, when it is no variable, e.g. `strings` of `strings.quote`. */
  namespace?: string;
  target?: Runnable;
  args: Runnable[];
}

/** Makes a call ready to run. */
export function compileCall(call: Call): Runnable {
  const { id, args } = call;
  switch (call.name) {
    case '_&&_':
      return logic(id, args, false);
    case '_||_':
      return logic(id, args, true);
    case '@not_strictly_false':
      return frame => args[0](frame) !== false;
    case '_?_:_':
      return frame => {
        const condition = args[0](frame);
        if (typeof condition === 'boolean') {
          return condition ? args[1](frame) : args[2](frame);
        }
        return notBool(condition, id);
      };
    case '_[_]':
      return index(id, args[0], args[1]);
    default:
      return compileFunction(call);
  }
}

type Shortcut = (a: any, b: any) => boolean | undefined;

const bothText = (check: (a: string, b: string) => boolean): Shortcut => {
  return (a, b) =>
    typeof a === 'string' && typeof b === 'string' ? check(a, b) : undefined;
};

const bothWhole = (check: (a: bigint, b: bigint) => boolean): Shortcut => {
  return (a, b) =>
    typeof a === 'bigint' && typeof b === 'bigint' ? check(a, b) : undefined;
};

/**
 * What JavaScript says as CEL does, for operands of the usual types; undefined for others. The library looks at the types of
 * all operands for each signature, which is most of what an evaluation would take.
 */
const shortcuts: Readonly<Record<string, Shortcut>> = {
  '!_': a => (typeof a === 'boolean' ? !a : undefined),
  '_==_': (a, b) => (isPlain(a) && typeof a === typeof b ? a === b : undefined),
  '_!=_': (a, b) => (isPlain(a) && typeof a === typeof b ? a !== b : undefined),
  '_<_': bothWhole((a, b) => a < b),
  '_<=_': bothWhole((a, b) => a <= b),
  '_>_': bothWhole((a, b) => a > b),
  '_>=_': bothWhole((a, b) => a >= b),
  '@in': (a, b) => {
    if (typeof a !== 'string') {
      return undefined;
    }
    if (isCelMap(b)) {
      return b.has(a);
    }
    return isCelList(b) ? includes(b, a) : undefined;
  },
  startsWith: bothText((a, b) => a.startsWith(b)),
  endsWith: bothText((a, b) => a.endsWith(b)),
  contains: bothText((a, b) => a.includes(b)),
  matches: bothText((a, b) => compilePattern(b).test(a)),
};

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}

function includes(list: CelList, wanted: string): boolean {
  for (const each of list) {
    if (each === wanted) {
      return true;
    }
  }
  return false;
}

/** `&&` ends at what is false and `||` at what is true, also when there are errors before. */
function logic(id: number, args: Runnable[], end: boolean): Runnable {
  return frame => {
    let error: CelError | undefined;
    for (const arg of args) {
      const value = arg(frame);
      if (value === end) {
        return end;
      }
      if (typeof value !== 'boolean') {
        error ??= notBool(value, id);
      }
    }
    return error ?? !end;
  };
}

/** Something else stands where a condition should. */
export function notBool(value: CelResult, id: number): CelError {
  if (isCelError(value)) {
    return value;
  }
  return celError(`type mismatch: expected bool, got ${celType(value)}`, id);
}

function index(id: number, of: Runnable, at: Runnable): Runnable {
  return frame => {
    const container = of(frame);
    if (isCelError(container)) {
      return container;
    }
    const key = at(frame);
    if (isCelError(key)) {
      return key;
    }
    let found: CelValue | undefined;
    if (isCelMap(container)) {
      found = container.get(key as string);
    } else if (isCelList(container)) {
      const whole = isCelUint(key) ? key.value : key;
      found =
        typeof whole === 'bigint' ||
        (typeof whole === 'number' && Number.isInteger(whole))
          ? container.get(Number(whole))
          : undefined;
    }
    return found === undefined
      ? celError(`there is nothing at the index ${String(key)}`, id)
      : found;
  };
}

function compileFunction(call: Call): Runnable {
  const { name, namespace, target, args } = call;
  const run = dispatch(call);
  const operands = target ? [target, ...args] : args;
  const shortcut =
    namespace === undefined && Object.hasOwn(shortcuts, name)
      ? shortcuts[name]
      : undefined;
  const split = (values: CelResult[]) =>
    target ? run(values[0], values.slice(1)) : run(undefined, values);
  if (!shortcut) {
    return frame => split(operands.map(operand => operand(frame)));
  }
  if (operands.length === 1) {
    const [only] = operands;
    return frame => {
      const a = only(frame);
      return shortcut(a, undefined) ?? split([a]);
    };
  }
  const [left, right, ...rest] = operands;
  return frame => {
    const a = left(frame);
    const b = right(frame);
    return (
      shortcut(a, b) ?? split([a, b, ...rest.map(operand => operand(frame))])
    );
  };
}

/** Calls the signature that fits. */
function dispatch({ id, name, namespace, target, args }: Call) {
  const fullName = namespace === undefined ? name : `${namespace}.${name}`;
  const isMethod = target !== undefined;
  const functions: CelFunc[] = findFunctions(fullName).filter(
    each =>
      each.arguments.length === args.length &&
      Boolean(each.target) === isMethod,
  );
  return (receiver: CelResult | undefined, values: CelResult[]): CelResult => {
    if (isCelError(receiver)) {
      return receiver;
    }
    const error = values.find(isCelError);
    if (error) {
      return error;
    }
    for (const each of functions) {
      const result = each.call(id, receiver, values as CelValue[]);
      if (result !== undefined) {
        return result;
      }
    }
    const given = [...(isMethod ? [receiver!] : []), ...values] as CelValue[];
    return celError(
      `${fullName} does not take ${given.map(each => celType(each).name).join(', ')}`,
      id,
    );
  };
}
