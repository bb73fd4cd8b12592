import { isCelList, isCelMap, type CelResult } from '@bufbuild/cel';
import { charge } from './meter';
import { searchCost, ZONE_COST, FIXED_COST } from './resultOf';

/**
 * Counts what a function of the library takes for the values that it is given: the same as `resultOf` says for the biggest that there
 * may be. The call itself is counted by whoever makes it.
 */
export function chargeCall(name: string, values: readonly CelResult[]): void {
  const [first, second, third] = values;
  switch (name) {
    case '_<_':
    case '_<=_':
    case '_>_':
    case '_>=_':
      charge(Math.min(charactersOf(first), charactersOf(second)) / 10);
      return;
    case 'contains':
    case 'indexOf':
    case 'lastIndexOf':
      charge(searchCost(charactersOf(first), charactersOf(second)));
      return;
    case 'substring':
    case 'trim':
    case 'lowerAscii':
    case 'upperAscii':
    case 'strings.quote':
      charge(charactersOf(first) / 5);
      return;
    case 'split':
      charge(charactersOf(first));
      return;
    case 'replace': {
      const size = charactersOf(first);
      const most = (1 + size) * (1 + charactersOf(third));
      charge(most / 10 + (size * most) / 1_000);
      return;
    }
    case 'join':
      chargeJoin(first, charactersOf(second));
      return;
    case 'format':
      charge(charactersOf(first) / 5 + FIXED_COST * placesOf(first));
      chargeText(second);
      return;
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
      charge(second === undefined ? 0 : ZONE_COST);
      return;
    default:
      charge(
        values.reduce<number>((sum, each) => sum + charactersOf(each), 0) / 10,
      );
  }
}

function charactersOf(value: CelResult | undefined): number {
  return typeof value === 'string' || value instanceof Uint8Array
    ? value.length
    : 0;
}

function chargeJoin(items: CelResult, separator: number): void {
  if (isCelList(items)) {
    for (const each of items) {
      charge((1 + charactersOf(each) + separator) / 10);
    }
  }
}

/** Counts what it takes to write a value out. */
function chargeText(value: CelResult): void {
  charge(1 + charactersOf(value) / 5);
  if (isCelList(value)) {
    for (const each of value) {
      chargeText(each);
    }
  } else if (isCelMap(value)) {
    // It is sorted by its keys.
    for (const [key, each] of value) {
      charge(2 + charactersOf(key) / 2);
      chargeText(each);
    }
  }
}

/** How many numbers a format writes with digits after the point, for which the library asks for the rules of the language. */
function placesOf(format: CelResult): number {
  return typeof format === 'string'
    ? (format.match(/%(\.\d*)?f/g)?.length ?? 0)
    : 0;
}
