import {
  isCelList,
  isCelMap,
  type CelList,
  type CelValue,
} from '@bufbuild/cel';
import { findFunctions } from './environment';
import { charge } from './meter';

const [equals] = findFunctions('_==_');

/**
 * Whether two values are equal, as the library says it, with each look counted: a list may hold another one a thousand times, which
 * takes no memory and is long to compare.
 */
export function areEqual(a: CelValue, b: CelValue): boolean {
  charge(1);
  if (typeof a === 'string') {
    return typeof b === 'string' && sameText(a, b);
  }
  if (isCelList(a)) {
    if (!isCelList(b) || a.size !== b.size) {
      return false;
    }
    for (let i = 0; i < a.size; i++) {
      if (!areEqual(a.get(i)!, b.get(i)!)) {
        return false;
      }
    }
    return true;
  }
  if (isCelMap(a)) {
    if (!isCelMap(b) || a.size !== b.size) {
      return false;
    }
    for (const [key, value] of a) {
      charge(typeof key === 'string' ? key.length / 10 : b.size / 10);
      const other = b.get(key);
      if (other === undefined || !areEqual(value, other)) {
        return false;
      }
    }
    return true;
  }
  if (a instanceof Uint8Array) {
    charge(a.length / 10);
  }
  return equals.call(0, undefined, [a, b]) === true;
}

/** Whether a list has a value. */
export function isIn(value: CelValue, list: CelList): boolean {
  for (const each of list) {
    if (areEqual(each, value)) {
      return true;
    }
  }
  return false;
}

/** Whether two texts are the same, counted. */
export function sameText(a: string, b: string): boolean {
  if (a.length === b.length) {
    charge(a.length / 10);
  }
  return a === b;
}
