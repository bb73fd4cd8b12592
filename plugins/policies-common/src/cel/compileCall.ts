import {
  celError,
  celList,
  celType,
  isCelError,
  isCelList,
  isCelMap,
  isCelUint,
  type CelError,
  type CelFunc,
  type CelInput,
  type CelList,
  type CelMap,
  type CelResult,
  type CelValue,
} from '@bufbuild/cel';
import { chargeCall } from './chargeCall';
import type { Runnable } from './compileExpression';
import { findFunctions } from './environment';
import { areEqual, isIn, sameText } from './equality';
import { charge, chargeError } from './meter';
import type { Patterns } from './Patterns';
import { searchCost } from './resultOf';

/** A call of a function, a method or an operator. */
export interface Call {
  /** The node's. */
  id: number;
  name: string;
  /** What stands before the dot, when it is no variable, e.g. `strings` of `strings.quote`. */
  namespace?: string;
  target?: Runnable;
  args: Runnable[];
  /** Where the pattern of `matches` is. */
  patterns: Patterns;
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
      return frame => {
        charge(1);
        return args[0](frame) !== false;
      };
    case '_?_:_':
      return frame => {
        charge(1);
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
  '_==_': isSame,
  '_!=_': (a, b) => {
    const same = isSame(a, b);
    return same === undefined ? undefined : !same;
  },
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
  startsWith: bothText((a, b) => {
    charge(Math.min(a.length, b.length) / 10);
    return a.startsWith(b);
  }),
  endsWith: bothText((a, b) => {
    charge(Math.min(a.length, b.length) / 10);
    return a.endsWith(b);
  }),
  contains: bothText((a, b) => {
    charge(searchCost(a.length, b.length));
    return a.includes(b);
  }),
};

const matchesBy = (patterns: Patterns) =>
  bothText((a, b) => {
    const pattern = patterns.compile(b);
    charge(pattern.costOf(a.length));
    return pattern.test(a);
  });

function isSame(a: unknown, b: unknown): boolean | undefined {
  if (typeof a === 'string' && typeof b === 'string') {
    return sameText(a, b);
  }
  return typeof a === 'boolean' && typeof b === 'boolean' ? a === b : undefined;
}

function includes(list: CelList, wanted: string): boolean {
  for (const each of list) {
    charge(1);
    if (typeof each === 'string' && sameText(each, wanted)) {
      return true;
    }
  }
  return false;
}

/** `&&` ends at what is false and `||` at what is true, also when there are errors before. */
function logic(id: number, args: Runnable[], end: boolean): Runnable {
  return frame => {
    charge(1);
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
  chargeError();
  return celError(`type mismatch: expected bool, got ${celType(value)}`, id);
}

function index(id: number, of: Runnable, at: Runnable): Runnable {
  return frame => {
    charge(1);
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
      chargeKey(key, container);
      found = container.get(key as string);
    } else if (isCelList(container)) {
      const whole = isCelUint(key) ? key.value : key;
      found =
        typeof whole === 'bigint' ||
        (typeof whole === 'number' && Number.isInteger(whole))
          ? container.get(Number(whole))
          : undefined;
    }
    if (found === undefined) {
      chargeError();
      return celError(`there is nothing at the index ${String(key)}`, id);
    }
    return found;
  };
}

/** A key that is a number is looked for among all keys when it is not there. */
function chargeKey(key: CelResult, container: CelMap): void {
  if (typeof key !== 'string') {
    charge(container.size / 10);
  }
}

function compileFunction(call: Call): Runnable {
  const { namespace, target, args } = call;
  const run = dispatch(call);
  const operands = target ? [target, ...args] : args;
  const shortcut = namespace === undefined ? shortcutOf(call) : undefined;
  const split = (values: CelResult[]) =>
    target ? run(values[0], values.slice(1)) : run(undefined, values);
  if (!shortcut) {
    return frame => {
      charge(1);
      return split(operands.map(operand => operand(frame)));
    };
  }
  if (operands.length === 1) {
    const [only] = operands;
    return frame => {
      charge(1);
      const a = only(frame);
      return shortcut(a, undefined) ?? split([a]);
    };
  }
  const [left, right, ...rest] = operands;
  return frame => {
    charge(1);
    const a = left(frame);
    const b = right(frame);
    return (
      shortcut(a, b) ?? split([a, b, ...rest.map(operand => operand(frame))])
    );
  };
}

type Counted = (a: CelValue, b: CelValue) => CelValue | undefined;

function shortcutOf({ name, patterns }: Call): Shortcut | undefined {
  if (name === 'matches') {
    return matchesBy(patterns);
  }
  return Object.hasOwn(shortcuts, name) ? shortcuts[name] : undefined;
}

/** What walks through lists and maps counts each look; undefined where it walks through none. */
const counted: Readonly<Record<string, Counted>> = {
  '_==_': areEqual,
  '_!=_': (a, b) => !areEqual(a, b),
  '@in': (a, b) => {
    if (isCelMap(b)) {
      chargeKey(a, b);
    }
    return isCelList(b) ? isIn(a, b) : undefined;
  },
  '_+_': (a, b) => {
    if (!isCelList(a) || !isCelList(b)) {
      return undefined;
    }
    charge((a.size + b.size) / 10);
    return celList([...a, ...b] as CelInput[]);
  },
};

/**
 * The library turns as often as `text.replace(old, new, n)` says where `old` is empty. A text has one place more than characters: what comes
 * after the last is replaced no more.
 */
function withoutIdleTurns(
  text: CelResult | undefined,
  [old, by, count]: CelResult[],
): CelResult[] {
  if (typeof text !== 'string' || typeof count !== 'bigint') {
    return count === undefined ? [old, by] : [old, by, count];
  }
  const places = BigInt(text.length + 1);
  return [old, by, count > places ? places : count];
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
  const own =
    namespace === undefined && Object.hasOwn(counted, name)
      ? counted[name]
      : undefined;
  return (receiver: CelResult | undefined, values: CelResult[]): CelResult => {
    if (isCelError(receiver)) {
      return receiver;
    }
    const error = values.find(isCelError);
    if (error) {
      return error;
    }
    const held =
      name === 'replace' ? withoutIdleTurns(receiver, values) : values;
    const given = [...(isMethod ? [receiver!] : []), ...held] as CelValue[];
    const result = own?.(given[0], given[1]);
    if (result !== undefined) {
      return result;
    }
    chargeCall(fullName, given);
    for (const each of functions) {
      const outcome = each.call(id, receiver, held as CelValue[]);
      if (outcome !== undefined) {
        if (isCelError(outcome)) {
          chargeError();
        }
        return outcome;
      }
    }
    chargeError();
    return celError(
      `${fullName} does not take ${given.map(each => celType(each).name).join(', ')}`,
      id,
    );
  };
}
