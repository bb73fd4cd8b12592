import type { RE2JS } from '@bufbuild/re2';
import type { CharacterKinds } from './characterKinds';
import { conditions } from './tabulate';

/** What an instruction of RE2 does: `out` is the place after it, `arg` another one or what must hold there. */
const EITHER = 1;
const EITHER_MATCHES = 2;
const REMEMBER = 3;
const IF = 4;
const MATCH = 6;
const NOTHING = 7;
const CHARACTER = 8;

type Program = ReturnType<RE2JS['re2']>['prog'];

/**
 * Searches a text by walking along all places of a pattern at which it can be, as RE2's own does when its automaton has given up. Each
 * character takes at most one look at each place, and nothing is remembered from one text to the next.
 */
export function searchPlaces(
  { inst, start }: Program,
  kinds: CharacterKinds,
): (text: string) => boolean {
  const width = kinds.examples.length;
  const takes = new Uint8Array(inst.length * width);
  inst.forEach((each, place) => {
    if (each.op >= CHARACTER) {
      kinds.examples.forEach((example, kind) => {
        takes[place * width + kind] = each.matchRune(example) ? 1 : 0;
      });
    }
  });
  const op = Uint8Array.from(inst, each => each.op);
  const out = Uint32Array.from(inst, each => each.out);
  const arg = Uint32Array.from(inst, each => each.arg);
  // When a place was last seen: it is looked at once for each character.
  const seen = new Uint32Array(inst.length);
  const waiting: number[] = [];

  /** Follows places that take no character. Leaves those that do in `found`; true when the pattern ends at one. */
  const follow = (
    from: number[],
    holds: number,
    at: number,
    found: number[],
  ) => {
    for (const place of from) waiting.push(place);
    while (waiting.length > 0) {
      const place = waiting.pop()!;
      if (seen[place] === at) continue;
      seen[place] = at;
      switch (op[place]) {
        case EITHER:
        case EITHER_MATCHES:
          waiting.push(arg[place], out[place]);
          break;
        case REMEMBER:
        case NOTHING:
          waiting.push(out[place]);
          break;
        case IF:
          if ((arg[place] & ~holds) === 0) waiting.push(out[place]);
          break;
        case MATCH:
          waiting.length = 0;
          return true;
        default:
          if (op[place] >= CHARACTER) found.push(place);
      }
    }
    return false;
  };

  return text => {
    seen.fill(0);
    let before = -1;
    let from: number[] = [];
    for (let i = 0, at = 1; ; at++) {
      const after = i < text.length ? text.codePointAt(i)! : -1;
      from.push(start);
      const found: number[] = [];
      if (follow(from, conditions(before, after), at, found)) return true;
      if (after === -1) return false;
      const kind = kinds.of(after);
      from = found
        .filter(place => takes[place * width + kind] === 1)
        .map(place => out[place]);
      before = after;
      i += after > 0xffff ? 2 : 1;
    }
  };
}
