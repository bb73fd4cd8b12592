import type { z } from 'zod';

/** Invisible in one line of text: also line breaks, joiners, and what looks like a space or like nothing. */
const IN_A_NAME = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;
/** Invisible in sentences, or turning them around. Lines may break there, and some scripts and emoji need joiners. */
const IN_SENTENCES = /[^\P{Cf}\u200c\u200d]|[^\P{Cc}\t\n\r]|[\p{Zl}\p{Zp}]/u;
/** What leaves no ink, also where it stands alone: fillers count as letters, the empty braille pattern as a symbol. */
const NOTHING_SEEN = /^[\p{Default_Ignorable_Code_Point}\u2800\s]*$/u;

/**
 * What is wrong with text that holds a character which nobody sees: whoever decides on it would read something else than there is. Undefined
 * when there is none.
 *
 * @param of - `name`: what is compared, in one line; `sentences`: what people only read
 * @public
 */
export function explainHiddenCharacter(
  text: string,
  of: 'name' | 'sentences',
): string | undefined {
  const found = (of === 'name' ? IN_A_NAME : IN_SENTENCES).exec(text)?.[0];
  if (found === undefined) {
    return text && NOTHING_SEEN.test(text)
      ? 'holds nothing that anybody sees. Write it out.'
      : undefined;
  }
  const code = found.codePointAt(0)!.toString(16).toUpperCase();
  return `holds a character that nobody sees (U+${code.padStart(4, '0')}). Leave it out.`;
}

/**
 * A check for {@link explainHiddenCharacter}, as schemas of texts take it: `z.string().superRefine(refuseHiddenCharacters('name'))`.
 * @public
 */
export function refuseHiddenCharacters(of: 'name' | 'sentences') {
  return (text: string, context: z.core.$RefinementCtx<string>): void => {
    const message = explainHiddenCharacter(text, of);
    if (message) context.addIssue({ code: 'custom', message });
  };
}
