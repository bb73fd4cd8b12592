import { explainHiddenCharacter } from './hiddenCharacters';

describe('hidden characters', () => {
  it.each([
    ['right-to-left override', '\u202e', 'U+202E'],
    ['isolate', '\u2066', 'U+2066'],
    ['space of no width', '\u200b', 'U+200B'],
    ['soft hyphen', '\u00ad', 'U+00AD'],
    ['tag', '\u{e0041}', 'U+E0041'],
    ['bell', '\u0007', 'U+0007'],
    ['line separator', '\u2028', 'U+2028'],
  ])('are named in names and in sentences: %s', (_, character, code) => {
    for (const use of ['name', 'sentences'] as const) {
      expect(explainHiddenCharacter(`a${character}b`, use)).toBe(
        `holds a character that nobody sees (${code}). Leave it out.`,
      );
    }
  });

  it.each(['\n', '\t', '\u200d', '\u200c', '\ufe0f'])(
    'are what sentences need, and names do not: %j',
    character => {
      expect(explainHiddenCharacter(`a${character}b`, 'name')).toBeDefined();
      expect(explainHiddenCharacter(`a${character}b`, 'sentences')).toBe(
        undefined,
      );
    },
  );

  it('are none in text of any script', () => {
    for (const text of ['orders-db', 'Größe', '注文', 'سفارش', 'a b', '👩🏽']) {
      expect(explainHiddenCharacter(text, 'name')).toBeUndefined();
    }
  });

  it.each(['\u3164', '\u2800', ' \u2800\n\u3164', '\u200d'])(
    'are no text when there is nothing else: %j',
    text => {
      expect(explainHiddenCharacter(text, 'sentences')).toBe(
        'holds nothing that anybody sees. Write it out.',
      );
    },
  );
});
