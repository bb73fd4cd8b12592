import {
  celError,
  celList,
  celMap,
  CelScalar,
  celUint,
  isCelError,
  isCelList,
  isCelMap,
  isCelUint,
  listType,
  mapType,
  type CelError,
  type CelInput,
  type CelResult,
  type CelValue,
} from '@bufbuild/cel';
import { compileCall, notBool } from './compileCall';
import { charge, chargeError, TooManySteps } from './meter';
import { Patterns } from './Patterns';
import type { CelNode, ParsedExpression } from './parseExpression';

/**
 * The values that an expression runs on: those of the declared variables, in their order, and after them those of its
 * loops. An expression writes to it where it loops, so it belongs to one evaluation at a time.
 */
export type Frame = CelResult[];

/** An expression that is ready to run, within `inCelContext`. Errors of evaluation are returned. */
export type Runnable = (frame: Frame) => CelResult;

/** As in Kubernetes: to make a list, and a map. */
export const LIST_COST = 10;
export const MAP_COST = 30;

/** What an expression knows when it is made ready. */
interface Scope {
  /** Where the frame has a variable. */
  slots: ReadonlyMap<string, number>;
  /** The first place in it that nothing is at. */
  free: number;
  patterns: Patterns;
}

type Kind = CelNode['exprKind'];
type Of<C extends Kind['case']> = Extract<Kind, { case: C }>['value'] & {};

const types: Readonly<Record<string, CelValue>> = {
  bool: CelScalar.BOOL,
  int: CelScalar.INT,
  uint: CelScalar.UINT,
  double: CelScalar.DOUBLE,
  string: CelScalar.STRING,
  bytes: CelScalar.BYTES,
  null_type: CelScalar.NULL,
  type: CelScalar.TYPE,
  list: listType(CelScalar.DYN),
  map: mapType(CelScalar.DYN, CelScalar.DYN),
};

/**
 * Makes a checked expression ready to run. The library's own planner looks for dotted names at each access, and takes five
 * times as long; its functions, values and notion of equality are used here as they are.
 *
 * @param parsed - an expression that `analyse` has nothing against
 * @param variables - the names of the declared variables, in the order of the frame
 * @param patterns - those that `analyse` was given
 */
export function compileExpression(
  parsed: ParsedExpression,
  variables: readonly string[],
  patterns: Patterns = new Patterns(),
): Runnable {
  const run = compile(parsed.expr, {
    slots: new Map(variables.map((name, i) => [name, i])),
    free: variables.length,
    patterns,
  });
  return frame => {
    try {
      return run(frame);
    } catch (error) {
      if (error instanceof TooManySteps) throw error;
      // A value that is too big to be read says so when it is walked.
      return celError(error);
    }
  };
}

function compile(node: CelNode, scope: Scope): Runnable {
  const kind = node.exprKind;
  const id = Number(node.id);
  switch (kind.case) {
    case 'constExpr': {
      const value = constant(kind.value.constantKind);
      return () => value;
    }
    case 'identExpr':
      return ident(kind.value.name, scope.slots);
    case 'selectExpr': {
      const operand = compile(kind.value.operand!, scope);
      return select(id, operand, kind.value.field, kind.value.testOnly);
    }
    case 'listExpr':
      return list(kind.value.elements.map(each => compile(each, scope)));
    case 'structExpr':
      return map(id, kind.value, each => compile(each, scope));
    case 'comprehensionExpr':
      return loop(id, kind.value, scope);
    case 'callExpr':
      return call(id, kind.value, scope);
    default:
      throw new Error('The expression has an empty part');
  }
}

function constant(value: Of<'constExpr'>['constantKind']): CelValue {
  switch (value.case) {
    case 'nullValue':
      return null;
    case 'uint64Value':
      return celUint(value.value);
    case 'durationValue':
    case 'timestampValue':
    case undefined:
      throw new Error('The expression has a constant that cannot be written');
    default:
      return value.value;
  }
}

function ident(name: string, slots: Scope['slots']): Runnable {
  const slot = slots.get(name);
  if (slot !== undefined) {
    return frame => frame[slot];
  }
  if (!Object.hasOwn(types, name)) {
    throw new Error(`"${name}" is not known`);
  }
  const type = types[name];
  return () => type;
}

function select(
  id: number,
  operand: Runnable,
  field: string,
  testOnly: boolean,
): Runnable {
  return frame => {
    charge(1);
    const value = operand(frame);
    if (isCelMap(value)) {
      try {
        if (testOnly) {
          return value.has(field);
        }
        const found = value.get(field);
        return found === undefined ? missing(field, id) : found;
      } catch (error) {
        if (error instanceof TooManySteps) throw error;
        // A value that is too big to be read, or a variable that failed.
        return celError(error, id);
      }
    }
    if (isCelError(value)) {
      return value;
    }
    return testOnly ? false : missing(field, id);
  };
}

function missing(field: string, id: number) {
  chargeError();
  return celError(`field not found: ${field}`, id);
}

function list(elements: Runnable[]): Runnable {
  return frame => {
    charge(LIST_COST + elements.length);
    const values: CelInput[] = [];
    for (const element of elements) {
      const value = element(frame);
      if (isCelError(value)) {
        return value;
      }
      values.push(value as CelInput);
    }
    return celList(values);
  };
}

function map(
  id: number,
  { entries }: Of<'structExpr'>,
  toRunnable: (node: CelNode) => Runnable,
): Runnable {
  const runs = entries.map(({ keyKind, value }) => ({
    key: toRunnable((keyKind as { value: CelNode }).value),
    value: toRunnable(value!),
  }));
  return frame => {
    charge(MAP_COST + 2 * runs.length);
    const values = new Map<string, CelInput>();
    for (const run of runs) {
      const key = toKey(run.key(frame), id);
      const value = run.value(frame);
      if (isCelError(key) || isCelError(value)) {
        return isCelError(key) ? key : value;
      }
      if (values.has(key as string)) {
        return celError(`map key conflict: ${String(key)}`, id);
      }
      values.set(key as string, value as CelInput);
    }
    return celMap(values);
  };
}

function toKey(key: CelResult, id: number): CelResult {
  const whole =
    typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key;
  return isCelError(whole) ||
    isCelUint(whole) ||
    ['boolean', 'bigint', 'string'].includes(typeof whole)
    ? whole
    : celError('unsupported key type', id);
}

/** What `all`, `exists`, `exists_one`, `map` and `filter` stand for. */
function loop(
  id: number,
  node: Of<'comprehensionExpr'>,
  scope: Scope,
): Runnable {
  const item = scope.free;
  const accumulator = scope.free + 1;
  const inside: Scope = {
    ...scope,
    slots: new Map(scope.slots)
      .set(node.iterVar, item)
      .set(node.accuVar, accumulator),
    free: scope.free + 2,
  };
  const compileInside = (part: CelNode) => compile(part, inside);
  const range = compile(node.iterRange!, scope);
  const result = compileInside(node.result!);
  const appending = appendingOf(node);
  if (appending) {
    const element = compileInside(appending.element);
    const condition = appending.condition && compileInside(appending.condition);
    return frame => {
      const items = itemsOf(range(frame), id);
      if (isCelError(items)) {
        return items;
      }
      const elements: CelInput[] = [];
      for (const each of items) {
        charge(1);
        frame[item] = each;
        const wanted = condition ? condition(frame) : true;
        if (wanted === false) {
          continue;
        }
        const value = wanted === true ? element(frame) : notBool(wanted, id);
        if (isCelError(value)) {
          return value;
        }
        elements.push(value as CelInput);
      }
      frame[accumulator] = celList(elements);
      return result(frame);
    };
  }
  const start = compile(node.accuInit!, scope);
  const condition = compileInside(node.loopCondition!);
  const step = compileInside(node.loopStep!);
  return frame => {
    const items = itemsOf(range(frame), id);
    if (isCelError(items)) {
      return items;
    }
    frame[accumulator] = start(frame);
    for (const each of items) {
      charge(1);
      frame[item] = each;
      const goesOn = condition(frame);
      if (isCelError(goesOn)) {
        return goesOn;
      }
      if (goesOn !== true) {
        break;
      }
      frame[accumulator] = step(frame);
    }
    return result(frame);
  };
}

/**
 * What a loop appends to a list, if it does nothing else, as those of `map` and `filter`. Adding lists with one element each, as it
 * is written, would chain them, and walking such a chain takes the square of its length.
 */
function appendingOf({
  accuVar,
  accuInit,
  loopStep,
}: Of<'comprehensionExpr'>):
  { element: CelNode; condition?: CelNode } | undefined {
  const isAccumulator = (node: CelNode | undefined) =>
    node?.exprKind.case === 'identExpr' && node.exprKind.value.name === accuVar;
  const isEmptyList =
    accuInit?.exprKind.case === 'listExpr' &&
    accuInit.exprKind.value.elements.length === 0;
  const step = loopStep?.exprKind;
  if (!isEmptyList || step?.case !== 'callExpr') {
    return undefined;
  }
  const { function: name, args } = step.value;
  if (name === '_?_:_' && isAccumulator(args[2])) {
    const inner = appendingOf({
      accuVar,
      accuInit,
      loopStep: args[1],
    } as never);
    return inner && !inner.condition
      ? { element: inner.element, condition: args[0] }
      : undefined;
  }
  const added = args[1]?.exprKind;
  return name === '_+_' &&
    isAccumulator(args[0]) &&
    added.case === 'listExpr' &&
    added.value.elements.length === 1
    ? { element: added.value.elements[0] }
    : undefined;
}

function itemsOf(over: CelResult, id: number): Iterable<CelValue> | CelError {
  if (isCelList(over)) {
    return over;
  }
  if (isCelMap(over)) {
    // One that says what it cannot hold makes a list of its keys.
    charge(over.size / 10);
    return over.keys();
  }
  return isCelError(over)
    ? over
    : celError('type mismatch: there is nothing to loop over', id);
}

function call(id: number, node: Of<'callExpr'>, scope: Scope): Runnable {
  const target = node.target?.exprKind;
  const namespace =
    target?.case === 'identExpr' && !scope.slots.has(target.value.name)
      ? target.value.name
      : undefined;
  return compileCall({
    id,
    name: node.function,
    namespace,
    target:
      node.target && namespace === undefined
        ? compile(node.target, scope)
        : undefined,
    args: node.args.map(each => compile(each, scope)),
    patterns: scope.patterns,
  });
}
