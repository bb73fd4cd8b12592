import { RE2JS } from '@bufbuild/re2';
import { characterKinds } from './characterKinds';
import { searchPlaces } from './searchPlaces';
import { tabulate } from './tabulate';

/** A pattern of `matches` that has been made ready. */
export interface CompiledPattern {
  /** Whether a text has what is looked for somewhere. Keeps nothing of what it sees. */
  test(text: string): boolean;
  /** The steps that it takes for a text of so many characters, at most. */
  costOf(characters: number): number;
}

/** So many places of patterns are looked at for the tables of all policies that are read together, which takes some seconds at most. */
const LOOKS_MAX = 5_000_000;
/** A pattern has so many places at most when its counts are written out, as `x{1000}` has 1,000: else it alone would take megabytes. */
const PLACES_MAX = 10_000;
/** Looking at so many places of a pattern takes about as long as a step. */
const PLACES_PER_STEP = 50;
/**
 * So many places the patterns have in all that are read together: RE2 takes about a second to make that many. Usual ones have fifty.
 */
const ROOM = 150_000;
/** So many questions whether a character is of a class take about as long as RE2 takes to make a place. */
const CLASSES_PER_PLACE = 10;

/**
 * The patterns of policies that are read together.
 *
 * @remarks
 *
 * JavaScript's own expressions would let `^(a+)+$` hold the process for minutes, so patterns are RE2's. RE2 makes an automaton of
 * a pattern while it reads texts: what a character takes is up to the text, and it remembers for ever what whoever asks lets it see.
 * So we only take its instructions. Of most patterns a table of all states is made beforehand: then a character is one look, whatever the
 * pattern and the text. Where there are too many states, all places at which a text can be are walked along, for each character:
 * `x[xy]{900}[^xy]` is dear for a long text and cheap for a name.
 */
export class Patterns {
  readonly #compiled = new Map<string, CompiledPattern>();
  #looks: number;
  #room = ROOM;

  constructor(looks: number = LOOKS_MAX) {
    this.#looks = looks;
  }

  /** @throws when RE2 does not know the pattern */
  compile(pattern: string): CompiledPattern {
    let compiled = this.#compiled.get(pattern);
    if (!compiled) {
      compiled = this.#make(pattern);
      this.#compiled.set(pattern, compiled);
    }
    return compiled;
  }

  #make(pattern: string): CompiledPattern {
    if (this.#room <= 0) {
      return endless('The patterns that were read before have taken all room');
    }
    const { dfa, prog } = RE2JS.compile(pattern).re2();
    const places = prog.inst.length;
    this.#room -= places;
    if (places > PLACES_MAX) {
      return endless(`The pattern has ${places} places`);
    }
    const kinds = characterKinds(prog.inst);
    this.#room -= kinds.looks / CLASSES_PER_PLACE;
    const { looks, test } = tabulate({ dfa, prog, kinds, most: this.#looks });
    this.#looks -= looks;
    return test
      ? { test, costOf: characters => characters / 5 }
      : {
          test: searchPlaces(prog, kinds),
          costOf: characters => ((1 + characters) * places) / PLACES_PER_STEP,
        };
  }
}

/** A pattern that is not looked for in any text. */
function endless(why: string): CompiledPattern {
  return {
    costOf: () => Infinity,
    test() {
      throw new Error(why);
    },
  };
}
