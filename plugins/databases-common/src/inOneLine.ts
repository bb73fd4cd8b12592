import { explainHiddenCharacter } from '@slipway/input';
import type { z } from 'zod';

/** What is wrong with a text that stands in one line of lists, logs and notices, and that people decide by. */
export function explainOneLine(text: string): string | undefined {
  return /\p{Cc}/u.test(text)
    ? 'contains a line break or a control character. Write it in one line.'
    : explainHiddenCharacter(text, 'sentences');
}

/** What zod refines such a text by. */
export function inOneLine(text: string, context: z.RefinementCtx<string>) {
  const message = explainOneLine(text);
  if (message) context.addIssue({ code: 'custom', message });
}
