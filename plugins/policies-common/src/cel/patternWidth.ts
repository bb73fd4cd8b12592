import type { RE2JS } from '@bufbuild/re2';

/** So many states of a pattern are looked at before it counts as one that has too many. */
const STATES_MAX = 5_000;
/** So many places are looked at in all of them, which takes some tenths of a second. */
const LOOKS_MAX = 1_000_000;
/** A search that begins at every place of the text, as that of `matches` does. */
const UNANCHORED = 0;
/**
 * What may hold at a place within a text, as bits of RE2: the begin of a line (1), its end (2), the boundary of a word (16) or none (32).
 */
const WITHIN = [0, 1, 2, 3].flatMap(line => [line | 16, line | 32]);
/** At the begin of the text (4) a line begins, too. */
const AT_BEGIN = WITHIN.filter(each => each & 1).map(each => each | 4);

/** A pattern is walked through once, however often its policy is read. */
const widths = new WeakMap<RE2JS, number>();

/**
 * In how many places of a pattern RE2 may be at once, at most: it looks at each of them for each character of the text.
 *
 * @remarks
 *
 * RE2 remembers which places follow on which, as states of an automaton, and most patterns have few of both: `[0-9a-f]{64}$` is in
 * few places, whatever the text. `x[xy]{900}[^xy]` is in up to 900, comes to a new state with nearly every character, and in the end RE2 gives up
 * remembering. Here the states are walked through beforehand.
 *
 * @throws when there is no end of them
 */
export function patternWidth(pattern: RE2JS): number {
  const known = widths.get(pattern);
  if (known !== undefined) {
    return known;
  }
  const { dfa, prog } = pattern.re2();
  const characters = charactersOf(prog.inst);
  const first = dfa.getState([prog.start]);
  const seen = new Set(first ? [first] : []);
  let width = 1;
  let looks = 0;
  for (const state of seen) {
    width = Math.max(width, state.nfaStates.length);
    const contexts = state === first ? [...WITHIN, ...AT_BEGIN] : WITHIN;
    for (const context of state.hasEmptyWidth ? contexts : [0]) {
      for (const character of characters) {
        const next = dfa.step(state, character, UNANCHORED, context);
        if (next) seen.add(next);
      }
      looks += characters.length * state.nfaStates.length;
    }
    if (seen.size > STATES_MAX || looks > LOOKS_MAX) {
      pattern.reset();
      throw new Error(
        'a text can be at too many of its places at once. Write "+" or "*" in place of how often something may come, or begin it with "^"',
      );
    }
  }
  // What a walk comes to is more than what texts come to.
  pattern.reset();
  widths.set(pattern, width);
  return width;
}

type Instructions = ReturnType<RE2JS['re2']>['prog']['inst'];

/** One of each kind of characters that the pattern tells apart. */
function charactersOf(instructions: Instructions): number[] {
  const ranges = new Map(
    instructions
      .filter(({ runes }) => runes?.length > 0)
      .map(each => [`${each.op} ${each.arg} ${each.runes}`, each]),
  );
  // The ends of its ranges, what comes next to them, and both cases of letters.
  const ends = [...ranges.values()].flatMap(({ runes }) => runes);
  const near = ends.flatMap(end => {
    const letter = String.fromCodePoint(end);
    const cases = [letter.toLowerCase(), letter.toUpperCase()];
    return [
      end - 1,
      end,
      end + 1,
      ...cases.map(each => each.codePointAt(0) ?? end),
    ];
  });
  const kinds = new Map<string, number>();
  for (const each of new Set([0, 0x0a, 0x61, ...near])) {
    if (each >= 0 && each <= 0x10ffff) {
      const matched = [...ranges.values()].map(one => one.matchRune(each));
      kinds.set(matched.join(), each);
    }
  }
  return [...kinds.values()];
}
