import type { RE2JS } from '@bufbuild/re2';

/** So many states of a pattern are looked at before it counts as one that has too many. */
const STATES_MAX = 1_000;
/** So many places are looked at in all of them, which takes some tenths of a second. */
const LOOKS_MAX = 2_000_000;
/** A search that begins at every place of the text, as that of `matches` does. */
const UNANCHORED = 0;
/** Contexts of a place: nothing holds there; everything does, such as the begin of a line and the boundary of a word. */
const CONTEXTS = [0, 0x3f];

/**
 * In how many places of a pattern RE2 may be at once, at most: it looks at each of them for each character of the text.
 *
 * @remarks
 *
 * RE2 remembers which places follow on which, as states of an automaton, and most patterns have few of both: `[0-9a-f]{64}$` is in a
 * handful of places, whatever the text. `x[xy]{900}[^xy]` is in up to 900 and comes to a new state with nearly every character. Here the states are
 * walked through beforehand; where there is no end of them, all instructions count.
 */
export function patternWidth(pattern: RE2JS): number {
  const { dfa, prog } = pattern.re2();
  const characters = charactersOf(prog.inst);
  const first = dfa.getState([prog.start]);
  const seen = new Set(first ? [first] : []);
  let width = 1;
  let looks = 0;
  for (const state of seen) {
    width = Math.max(width, state.nfaStates.length);
    for (const context of state.hasEmptyWidth ? CONTEXTS : [0]) {
      for (const character of characters) {
        const next = dfa.step(state, character, UNANCHORED, context);
        if (next) seen.add(next);
      }
      looks += characters.length * state.nfaStates.length;
    }
    if (seen.size > STATES_MAX || looks > LOOKS_MAX) {
      pattern.reset();
      return prog.numInst();
    }
  }
  return width;
}

/** One of each kind of characters that the pattern tells apart: the ends of its ranges, and what comes next to them. */
function charactersOf(instructions: Array<{ runes?: number[] }>): number[] {
  const ends = instructions.flatMap(({ runes }) => runes ?? []);
  const letters = ends.flatMap(end => {
    const letter = String.fromCodePoint(end);
    return [letter.toLowerCase(), letter.toUpperCase()].map(
      each => each.codePointAt(0) ?? end,
    );
  });
  const around = ends.flatMap(end => [end - 1, end, end + 1]);
  return [...new Set([0, ...around, ...letters])].filter(
    each => each >= 0 && each <= 0x10ffff,
  );
}
