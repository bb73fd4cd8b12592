import type { Person, ServiceAccount } from '../types.ts';
import type { Scope } from './scopes.ts';

/** Who makes a request, and by what. */
export type Identity =
  | { kind: 'anonymous' }
  | {
      kind: 'person';
      person: Person;
      via: 'token' | 'oauth' | 'session';
      scopes: readonly Scope[];
    }
  | { kind: 'service'; account: ServiceAccount };

/** The name for logs and git. */
export function nameOf(identity: Identity): string {
  switch (identity.kind) {
    case 'person':
      return identity.person.name;
    case 'service':
      return identity.account.name;
    default:
      return 'anonymous';
  }
}

/** The author of commits that the host makes on somebody's behalf. */
export function authorOf(identity: Identity): { name: string; email: string } {
  return identity.kind === 'person'
    ? { name: identity.person.displayName, email: identity.person.email }
    : {
        name: nameOf(identity),
        email: `${nameOf(identity)}@noreply.localhost`,
      };
}
