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
  // At which character a place was last seen: it is looked at once for each.
  const seen = new Uint32Array(inst.length);
  // Each place that is looked at leads to two others at most.
  const waiting = new Uint32Array(3 * inst.length + 1);
  const reached = new Uint32Array(inst.length);

  return text => {
    seen.fill(0);
    let before = -1;
    let count = 0;
    for (let i = 0, at = 1; ; at++) {
      const after = i < text.length ? text.codePointAt(i)! : -1;
      const kind = after === -1 ? -1 : kinds.of(after);
      const holds = conditions(before, after);
      waiting.set(reached.subarray(0, count));
      // A search begins at each character anew.
      waiting[count] = start;
      let top = count + 1;
      count = 0;
      while (top > 0) {
        top -= 1;
        const place = waiting[top];
        if (seen[place] === at) continue;
        seen[place] = at;
        switch (op[place]) {
          case EITHER:
          case EITHER_MATCHES:
            waiting[top] = arg[place];
            waiting[top + 1] = out[place];
            top += 2;
            break;
          case REMEMBER:
          case NOTHING:
            waiting[top] = out[place];
            top += 1;
            break;
          case IF:
            if ((arg[place] & ~holds) === 0) {
              waiting[top] = out[place];
              top += 1;
            }
            break;
          case MATCH:
            return true;
          default:
            if (kind !== -1 && takes[place * width + kind] === 1) {
              reached[count] = out[place];
              count += 1;
            }
        }
      }
      if (kind === -1) return false;
      before = after;
      i += after > 0xffff ? 2 : 1;
    }
  };
}
