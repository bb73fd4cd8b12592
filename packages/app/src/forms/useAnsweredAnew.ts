import { useState } from 'react';

/**
 * Whether there is another answer than the one that the form's errors are about: it keeps those until somebody goes on.
 *
 * @remarks
 * An element with `data-answered-anew` before them hides them, see forms.css.
 */
export function useAnsweredAnew(
  answer: string | undefined,
  errors: readonly string[] = [],
): boolean {
  const said = errors.join('\n');
  const [refused, setRefused] = useState({ said, answer });
  if (refused.said !== said) {
    setRefused({ said, answer });
    return false;
  }
  return said !== '' && answer !== refused.answer;
}
