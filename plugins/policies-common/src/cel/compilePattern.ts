import { RE2JS } from '@bufbuild/re2';
import { characterKinds, isOfWord } from './characterKinds';

/** So many states of a pattern are looked at before it counts as one that has too many. */
const STATES_MAX = 5_000;
/** So many places are looked at in all of them, which takes some tenths of a second. */
const LOOKS_MAX = 1_000_000;
/** A search that begins at every place of the text, as that of `matches` does. */
const UNANCHORED = 0;
/** The state in which the text is known to match, whatever follows. */
const FOUND = 0;

/** A pattern of `matches` that has been made ready. */
export interface CompiledPattern {
  /** Whether a text has what is looked for somewhere. It looks at each character once, in some nanoseconds. */
  test(text: string): boolean;
}

/** What stands before a place of a text, as far as `^` and `\b` ask: nothing, an end of a line, a character of a word or another. */
const BEFORE = [-1, 0x0a, 0x61, 0x20];

/** A pattern that RE2 knows and for which there is no table: a text can be at too many of its places at once. */
export class PatternTooWide extends Error {
  constructor() {
    super(
      'a text can be at too many of its places at once. Write "+" or "*" in place of how often something may come, or begin it with "^"',
    );
  }
}

/** Patterns are text of policies (see `analyse`), so there are not more of them than policies have. */
const patterns = new Map<string, CompiledPattern>();
const PATTERNS_MAX = 5_000;

/**
 * Makes a pattern ready once, however often its policy is read.
 *
 * @remarks
 *
 * JavaScript's own expressions would let `^(a+)+$` hold the process for minutes, so patterns are RE2's. RE2 makes an automaton of
 * a pattern while it reads texts, and gives up when it has had too many states; what a character takes is then up to the text. Here all
 * states are walked through beforehand, for all kinds of characters, and written into a table. Then a character is one look, whatever the
 * pattern and the text, and a pattern with no end of states, as `x[xy]{900}[^xy]`, is refused when its policy is read.
 *
 * @throws when RE2 does not know the pattern; PatternTooWide when there is no end of its states
 */
export function compilePattern(pattern: string): CompiledPattern {
  let compiled = patterns.get(pattern);
  if (!compiled) {
    compiled = tabulate(pattern);
    if (patterns.size >= PATTERNS_MAX) {
      patterns.clear();
    }
    patterns.set(pattern, compiled);
  }
  return compiled;
}

type Automaton = ReturnType<RE2JS['re2']>['dfa'];
type Places = NonNullable<ReturnType<Automaton['getState']>>;

/** A state of the table: the places of the pattern at which a text is, and what stands before if they ask for it. */
interface State {
  places: Places;
  before: number;
}

function tabulate(pattern: string): CompiledPattern {
  const { dfa, prog } = RE2JS.compile(pattern).re2();
  const kinds = characterKinds(prog.inst);
  const states: Array<State | undefined> = [undefined];
  const numbers = new Map<Places, number[]>();
  const numberOf = (places: Places | null, before: number) => {
    if (!places || states.length > STATES_MAX) throw new PatternTooWide();
    if (places.isMatch) return FOUND;
    const known = numbers.get(places) ?? [];
    numbers.set(places, known);
    // Most places do not ask what stands before.
    const asked = places.hasEmptyWidth ? before : 0;
    known[asked] ??= states.push({ places, before: asked }) - 1;
    return known[asked];
  };
  const isFound = ({ places, before }: State, after: number) =>
    places.hasEmptyWidth &&
    dfa.resolveEmptyWidth(places.nfaStates, conditions(BEFORE[before], after))
      .isMatch;

  const first = numberOf(dfa.getState([prog.start]), 0);
  const next: number[] = kinds.examples.map(() => FOUND);
  const atEnd = [true];
  let looks = 0;
  for (let number = 1; number < states.length; number++) {
    const state = states[number]!;
    for (const example of kinds.examples) {
      const found = isFound(state, example);
      next.push(
        found
          ? FOUND
          : numberOf(
              dfa.step(
                state.places,
                example,
                UNANCHORED,
                conditions(BEFORE[state.before], example),
              ),
              kindBefore(example),
            ),
      );
    }
    atEnd.push(isFound(state, -1));
    looks += kinds.examples.length * state.places.nfaStates.length;
    if (looks > LOOKS_MAX) throw new PatternTooWide();
  }
  const table = Uint16Array.from(next);
  const width = kinds.examples.length;

  return {
    test(text) {
      let state = first;
      for (let i = 0; i < text.length && state !== FOUND; i++) {
        const character = text.codePointAt(i)!;
        if (character > 0xffff) i++;
        state = table[state * width + kinds.of(character)];
      }
      return atEnd[state];
    },
  };
}

function kindBefore(character: number): number {
  if (character === 0x0a) return 1;
  return isOfWord(character) ? 2 : 3;
}

/** What holds between two characters, as bits of RE2; -1 is the begin or the end of the text. */
function conditions(before: number, after: number): number {
  return (
    (before === -1 ? 0x04 : 0) | // begin of the text
    (before === -1 || before === 0x0a ? 0x01 : 0) | // begin of a line
    (after === -1 ? 0x08 : 0) | // end of the text
    (after === -1 || after === 0x0a ? 0x02 : 0) | // end of a line
    (isOfWord(before) === isOfWord(after) ? 0x20 : 0x10) // none, or a boundary of a word
  );
}
