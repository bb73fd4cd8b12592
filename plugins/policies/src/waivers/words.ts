import type { PolicyWaiver } from '@slipway/plugin-policies-common';
import { wordForKind } from '@slipway/plugin-policies-react';

const SOON_MS = 7 * 86_400_000;

/** "Database orders in production, field encrypted" */
export function scopeWords({
  scope,
  field,
}: Pick<PolicyWaiver, 'scope' | 'field'>): string {
  const { kind, name, owner, entityRef, environment } = scope;
  return [
    wordForKind(kind),
    name ?? entityRef,
    owner && `of ${owner.replace(/^group:(default\/)?/, '')}`,
    environment && `in ${environment}`,
  ]
    .filter(Boolean)
    .join(' ')
    .concat(field ? `, field ${field}` : '');
}

/** Whether it is in force and ends within a week. */
export function isAboutToEnd(
  { state, expiresAt }: Pick<PolicyWaiver, 'state' | 'expiresAt'>,
  now = Date.now(),
): boolean {
  return state === 'granted' && Date.parse(expiresAt) - now < SOON_MS;
}
