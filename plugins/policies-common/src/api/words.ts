import { parseEntityRef } from '@backstage/catalog-model';
import type { PolicyWaiver } from './waiver';

/** Kinds that are no words of people. */
const KINDS: Record<string, string> = {
  DatabaseRequest: 'Database',
  TemplateTask: 'Golden path',
};

/**
 * What a kind that policies are about is called.
 * @public
 */
export function wordForKind(kind: string): string {
  return KINDS[kind] ?? kind;
}

/**
 * What a waiver covers: "Database orders of team-orders in production, field encrypted".
 * @public
 */
export function scopeWords({
  scope,
  field,
}: Pick<PolicyWaiver, 'scope' | 'field'>): string {
  const { kind, name, owner, entityRef, environment } = scope;
  const one = name ?? (entityRef && parseEntityRef(entityRef).name);
  return [
    one ? wordForKind(kind) : `Each ${wordForKind(kind)}`,
    one,
    owner && `of ${owner.replace(/^group:(default\/)?/, '')}`,
    environment && `in ${environment}`,
  ]
    .filter(Boolean)
    .join(' ')
    .concat(field ? `, field ${field}` : '');
}
