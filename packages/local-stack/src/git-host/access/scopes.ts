import { InputError } from '@backstage/errors';

const CATEGORIES = ['repository', 'organization', 'user'] as const;

/** The part of the API that a request touches. */
export type ScopeCategory = (typeof CATEGORIES)[number];

/** What a token may be used for, in Gitea's words. A `write` scope includes its `read`. */
export type Scope = 'all' | `${'read' | 'write'}:${ScopeCategory}`;

/** Every scope that a token can have. */
export const SCOPES: readonly Scope[] = [
  'all',
  ...CATEGORIES.flatMap(
    category => [`read:${category}`, `write:${category}`] as const,
  ),
];

/** What the portal's tokens are good for: a person's repositories, never their tokens. */
export const OAUTH_SCOPES: readonly Scope[] = [
  'write:repository',
  'write:organization',
  'read:user',
];

/** @throws InputError when one is unknown or there is none */
export function parseScopes(scopes: readonly string[]): Scope[] {
  if (scopes.length === 0) {
    throw new InputError(
      `A token needs at least one scope out of ${SCOPES.join(', ')}`,
    );
  }
  return scopes.map(scope => {
    const known = SCOPES.find(s => s === scope);
    if (!known) {
      throw new InputError(
        `The scope '${scope}' is unknown: choose out of ${SCOPES.join(', ')}`,
      );
    }
    return known;
  });
}

/** Whether `scopes` allow to read or write in a category. */
export function scopesAllow(
  scopes: readonly Scope[],
  level: 'read' | 'write',
  category: ScopeCategory,
): boolean {
  return (
    scopes.includes('all') ||
    scopes.includes(`write:${category}`) ||
    (level === 'read' && scopes.includes(`read:${category}`))
  );
}

/** Whether whoever holds `held` may pass `wanted` on. */
export function scopesInclude(
  held: readonly Scope[],
  wanted: readonly Scope[],
): boolean {
  return wanted.every(scope => {
    if (scope === 'all') return held.includes('all');
    const [level, category] = scope.split(':') as [
      'read' | 'write',
      ScopeCategory,
    ];
    return scopesAllow(held, level, category);
  });
}
