import type { RE2JS } from '@bufbuild/re2';
import { isOfWord, type CharacterKinds } from './characterKinds';

/** So many entries a table has at most: those of usual patterns have some hundreds. */
const ENTRIES_MAX = 50_000;
/** So many places of one pattern are looked at, which takes about a tenth of a second. */
const LOOKS_MAX = 200_000;
/** A search that begins at every place of the text, as that of `matches` does. */
const UNANCHORED = 0;
/** The state in which the text is known to match, whatever follows. */
const FOUND = 0;

/** What stands before a place of a text, as far as `^` and `\b` ask: nothing, an end of a line, a character of a word or another. */
const BEFORE = [-1, 0x0a, 0x61, 0x20];

type Re2 = ReturnType<RE2JS['re2']>;
type Automaton = Re2['dfa'];
type Places = NonNullable<ReturnType<Automaton['getState']>>;

/** A state of the table: the places of the pattern at which a text is, and what stands before if they ask for it. */
interface State {
  places: Places;
  before: number;
}

/**
 * Walks through all states of a pattern, for all kinds of characters, and writes them into a table. The automaton is not used afterwards:
 * it remembers every state.
 *
 * @param pattern - `most`: how many places may be looked at; no more than a fixed number for one pattern
 * @returns how many were, and how to search by the table; without it when there are too many states
 */
export function tabulate(pattern: {
  dfa: Automaton;
  prog: Re2['prog'];
  kinds: CharacterKinds;
  most: number;
}): { looks: number; test?: (text: string) => boolean } {
  const { dfa, prog, kinds } = pattern;
  const most = Math.min(LOOKS_MAX, pattern.most);
  const width = kinds.examples.length;
  const states: Array<State | undefined> = [undefined];
  const numbers = new Map<Places, number[]>();
  const numberOf = (places: Places | null, before: number) => {
    if (!places) return undefined;
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

  let looks = prog.inst.length;
  if (looks > most) return { looks: 0 };
  const first = numberOf(dfa.getState([prog.start]), 0);
  if (first === undefined) return { looks };
  const next: number[] = kinds.examples.map(() => FOUND);
  const atEnd = [true];
  for (let number = 1; number < states.length; number++) {
    const state = states[number]!;
    looks += width * (1 + state.places.nfaStates.length);
    if (looks > most || states.length * width > ENTRIES_MAX) return { looks };
    for (const example of kinds.examples) {
      const before = BEFORE[state.before];
      const reached = isFound(state, example)
        ? FOUND
        : numberOf(
            dfa.step(
              state.places,
              example,
              UNANCHORED,
              conditions(before, example),
            ),
            kindBefore(example),
          );
      if (reached === undefined) return { looks };
      next.push(reached);
    }
    atEnd.push(isFound(state, -1));
  }
  return {
    looks,
    test: searchBy({ table: Uint16Array.from(next), first, atEnd, kinds }),
  };
}

/** In a function of its own: one that is made within another holds all that the other one knows, such as the automaton. */
function searchBy({
  table,
  first,
  atEnd,
  kinds,
}: {
  table: Uint16Array;
  first: number;
  atEnd: boolean[];
  kinds: CharacterKinds;
}): (text: string) => boolean {
  const width = kinds.examples.length;
  return text => {
    let state = first;
    for (let i = 0; i < text.length && state !== FOUND; i++) {
      const character = text.codePointAt(i)!;
      if (character > 0xffff) i++;
      state = table[state * width + kinds.of(character)];
    }
    return atEnd[state];
  };
}

function kindBefore(character: number): number {
  if (character === 0x0a) return 1;
  return isOfWord(character) ? 2 : 3;
}

/** What holds between two characters, as bits of RE2; -1 is the begin or the end of the text. */
export function conditions(before: number, after: number): number {
  return (
    (before === -1 ? 0x04 : 0) | // begin of the text
    (before === -1 || before === 0x0a ? 0x01 : 0) | // begin of a line
    (after === -1 ? 0x08 : 0) | // end of the text
    (after === -1 || after === 0x0a ? 0x02 : 0) | // end of a line
    (isOfWord(before) === isOfWord(after) ? 0x20 : 0x10) // none, or a boundary of a word
  );
}
