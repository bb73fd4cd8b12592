import type { RE2JS } from '@bufbuild/re2';

/** An instruction of a pattern: RE2 takes a pattern for a list of them. */
type Instruction = ReturnType<RE2JS['re2']>['prog']['inst'][number];

/** What RE2 writes into the argument of an instruction that takes a letter in both cases. */
const FOLD_CASE = 1;

/** Whether RE2 calls it a character of a word: none beyond ASCII is one, nor -1, which stands for no character at all. */
export function isOfWord(character: number): boolean {
  return character >= 0 && /\w/.test(String.fromCodePoint(character));
}

/** Each of ASCII may be of a kind of its own. */
const asciiBegins = Array.from({ length: 0x81 }, (_, character) => character);

/** Characters that a pattern does not tell apart, e.g. all digits of `[0-9]+`. */
export interface CharacterKinds {
  /** One character of each kind. */
  examples: number[];
  /** The kind of a character: an index of `examples`. */
  of(character: number): number;
  /** How many questions it took to find them. */
  looks: number;
}

/** Parts all characters by what a pattern's instructions say about them, and by whether they are of a word or end a line. */
export function characterKinds(instructions: Instruction[]): CharacterKinds {
  const ranges = distinct(instructions);
  // Where a kind may begin: what a pattern says is the same for all characters from one of these to the next.
  const begins = [...new Set([...asciiBegins, ...ranges.flatMap(beginsOf)])]
    .filter(each => each <= 0x10ffff)
    .sort((a, b) => a - b);
  const examples: number[] = [];
  const known = new Map<string, number>();
  const kinds = begins.map(begin => {
    // Long texts that differ in the middle only are slow keys of a map, so each answer is one character.
    const said = [
      begin === 0x0a,
      isOfWord(begin),
      ...ranges.map(each => each.matchRune(begin)),
    ]
      .map(Number)
      .join('');
    const kind = known.get(said) ?? examples.push(begin) - 1;
    known.set(said, kind);
    return kind;
  });
  const search = (character: number) => {
    let low = 0;
    let high = begins.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (begins[middle] <= character) low = middle;
      else high = middle - 1;
    }
    return kinds[low];
  };
  const ascii = Array.from({ length: 0x80 }, (_, character) =>
    search(character),
  );
  return {
    examples,
    looks: ranges.length * begins.length,
    of: character => (character < 0x80 ? ascii[character] : search(character)),
  };
}

/** One of each that say the same of characters. */
function distinct(instructions: Instruction[]): Instruction[] {
  // RE2 writes `\pL{1,900}` as nine hundred instructions with one and the same list, which has more than a thousand numbers.
  const texts = new Map<number[], string>();
  const all = new Map<string, Instruction>();
  for (const each of instructions) {
    const { op, arg, runes } = each;
    if (runes?.length > 0) {
      const text = texts.get(runes) ?? runes.join();
      texts.set(runes, text);
      all.set(`${op} ${arg} ${text}`, each);
    }
  }
  return [...all.values()];
}

/** The characters at which what an instruction says may change. */
function beginsOf(instruction: Instruction): number[] {
  const { arg, runes } = instruction;
  if (runes.length > 1) {
    return runes.map((rune, i) => rune + (i % 2));
  }
  // One character, and perhaps the same in the other case: `k` is also the sign of Kelvin.
  const others =
    arg & FOLD_CASE
      ? lettersWithCases().filter(each => instruction.matchRune(each))
      : [];
  return [runes[0], ...others].flatMap(each => [each, each + 1]);
}

let letters: number[] | undefined;

/** All characters beyond ASCII that differ from themselves in the other case. */
function lettersWithCases(): number[] {
  if (!letters) {
    letters = [];
    // Beyond are no letters with cases.
    for (let each = 0x80; each < 0x1f000; each++) {
      const letter = String.fromCodePoint(each);
      if (letter.toLowerCase() !== letter || letter.toUpperCase() !== letter) {
        letters.push(each);
      }
    }
  }
  return letters;
}
