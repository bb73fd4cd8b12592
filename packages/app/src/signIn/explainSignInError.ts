/** Why a sign-in did not work, in words for the person who tried. */
export type SignInProblem =
  | { kind: 'unknown-person' }
  | { kind: 'cancelled' }
  | { kind: 'blocked-popup' }
  | { kind: 'other'; message: string };

/**
 * Tells the reasons apart by which a sign-in fails.
 *
 * @remarks
 *
 * The error crosses a pop-up window as text, so that its words are all there is to go by.
 */
export function explainSignInError(error: unknown): SignInProblem {
  const message = error instanceof Error ? error.message : String(error);
  if (/unable to resolve user identity|user not found/i.test(message)) {
    return { kind: 'unknown-person' };
  }
  if (/popup was closed|login failed, popup|PopupRejected/i.test(message)) {
    return { kind: 'cancelled' };
  }
  if (/failed to open/i.test(message)) {
    return { kind: 'blocked-popup' };
  }
  return { kind: 'other', message };
}
