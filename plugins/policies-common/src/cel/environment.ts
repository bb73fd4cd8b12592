import {
  celEnv,
  celFunc,
  CelScalar,
  isCelError,
  parse,
  plan,
  type CelEnv,
  type CelFunc,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';

/** What CEL offers to policies: its standard functions and its extension of strings. */
export const policyEnvironment: CelEnv = celEnv({ funcs: strings });

/** The signatures that the library has for a name, e.g. `size` or `_+_`. */
export function findFunctions(name: string): CelFunc[] {
  const group = policyEnvironment.funcs.find(name);
  return group ? [...group] : [];
}

let work: (() => void) | undefined;

/** An expression whose only function does some work of ours: the library's values and functions want to be used within one. */
const context = plan(
  celEnv({
    funcs: [
      celFunc('work', [], CelScalar.BOOL, () => {
        work!();
        return true;
      }),
    ],
  }),
  parse('work()'),
);

/** Does something with values of CEL. What runs within must not wait for anything. */
export function inCelContext<T>(action: () => T): T {
  let result: T | undefined;
  const outer = work;
  work = () => {
    result = action();
  };
  try {
    const outcome = context({});
    if (isCelError(outcome)) {
      throw outcome.cause ?? outcome;
    }
    return result as T;
  } finally {
    work = outer;
  }
}
