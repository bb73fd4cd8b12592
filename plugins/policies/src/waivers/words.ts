import type { PolicyWaiver } from '@slipway/plugin-policies-common';

const SOON_MS = 7 * 86_400_000;

/** Whether it is in force and ends within a week. */
export function isAboutToEnd(
  { state, expiresAt }: Pick<PolicyWaiver, 'state' | 'expiresAt'>,
  now = Date.now(),
): boolean {
  return state === 'granted' && Date.parse(expiresAt) - now < SOON_MS;
}
