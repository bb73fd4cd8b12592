import {
  AuthenticationError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import type {
  Permission,
  RepositoryRecord,
} from '../storage/RepositoryRecord.ts';
import type { Organisation } from '../types.ts';
import type { DirectoryLookup, Owner } from './DirectoryLookup.ts';
import type { Identity } from './Identity.ts';
import { type ScopeCategory, scopesAllow } from './scopes.ts';

const ORDER: Array<Permission | 'none'> = ['none', 'read', 'write', 'admin'];

/** Decides who may do what. What no rule allows is refused. */
export class Access {
  readonly #directory: DirectoryLookup;

  private constructor(directory: DirectoryLookup) {
    this.#directory = directory;
  }

  static create(directory: DirectoryLookup): Access {
    return new Access(directory);
  }

  /** What somebody may do to a repository, whatever their token's scopes. */
  async permissionOf(
    identity: Identity,
    repository: RepositoryRecord,
  ): Promise<Permission | 'none'> {
    const open = repository.private ? 'none' : 'read';
    if (identity.kind === 'anonymous') {
      return open;
    }
    if (identity.kind === 'service') {
      const { account } = identity;
      const own =
        account.createIn?.includes(repository.owner) &&
        repository.createdBy === account.name;
      return own ? 'admin' : 'read';
    }
    const { person } = identity;
    if (repository.owner === person.name) {
      return 'admin';
    }
    const organisation = await this.#directory.organisation(repository.owner);
    if (organisation?.owners.some(group => person.groups.includes(group))) {
      return 'admin';
    }
    return highest([
      open,
      repository.collaborators[person.name] ?? 'none',
      ...person.groups.map(group => repository.teams[group] ?? 'none'),
    ]);
  }

  /**
   * Refuses unless the permission and the token's scopes suffice.
   *
   * @throws NotFoundError when even the existence is none of their business
   * @throws AuthenticationError when signing in could help
   * @throws NotAllowedError otherwise
   */
  async require(
    identity: Identity,
    repository: RepositoryRecord,
    needed: Permission,
  ): Promise<void> {
    const permission = await this.permissionOf(identity, repository);
    if (permission === 'none') {
      throw new NotFoundError(
        `The repository ${repository.owner}/${repository.name} does not exist`,
      );
    }
    requireScope(identity, needed === 'read' ? 'read' : 'write', 'repository');
    if (ORDER.indexOf(permission) < ORDER.indexOf(needed)) {
      if (identity.kind === 'anonymous') {
        throw new AuthenticationError('Sign in or send a token to do this');
      }
      throw new NotAllowedError(
        `You may ${permission} ${repository.owner}/${repository.name}, but this needs the permission to ${needed}: ask ${repository.createdBy} or an owner of ${repository.owner}`,
      );
    }
  }

  /** @throws NotAllowedError or AuthenticationError when they may not create repositories there */
  async requireCreate(identity: Identity, owner: Owner): Promise<void> {
    if (identity.kind === 'anonymous') {
      throw new AuthenticationError('Sign in or send a token to do this');
    }
    requireScope(identity, 'write', 'repository');
    if (identity.kind === 'service') {
      if (identity.account.createIn?.includes(owner.name)) return;
    } else if (owner.kind === 'person') {
      if (owner.name === identity.person.name) return;
    } else if (isMember(identity.person.groups, owner.organisation)) {
      return;
    }
    throw new NotAllowedError(
      `You may not create repositories in ${owner.name}`,
    );
  }
}

/** @throws NotAllowedError when a token was made for something else */
export function requireScope(
  identity: Identity,
  level: 'read' | 'write',
  category: ScopeCategory,
): void {
  if (
    identity.kind === 'person' &&
    !scopesAllow(identity.scopes, level, category)
  ) {
    throw new NotAllowedError(
      `The token lacks the scope ${level}:${category}; it has ${identity.scopes.join(
        ', ',
      )}`,
    );
  }
}

/** Whether somebody of these groups belongs to an organisation. */
export function isMember(
  groups: string[],
  organisation: Organisation,
): boolean {
  return (
    organisation.members === 'everyone' ||
    [...organisation.members, ...organisation.owners].some(group =>
      groups.includes(group),
    )
  );
}

function highest(permissions: Array<Permission | 'none'>): Permission | 'none' {
  return permissions.reduce((a, b) =>
    ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b,
  );
}
