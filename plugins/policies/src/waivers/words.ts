import type { PolicyWaiver } from '@slipway/plugin-policies-common';

const SOON_MS = 7 * 86_400_000;

/** "DatabaseRequest orders in production, field encrypted" */
export function scopeWords({
  scope,
  field,
}: Pick<PolicyWaiver, 'scope' | 'field'>): string {
  const { kind, name, owner, entityRef, environment } = scope;
  return [
    kind,
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
