import { NotFoundError } from '@backstage/errors';
import type { Access } from './access/Access.ts';
import type { DirectoryLookup } from './access/DirectoryLookup.ts';
import type { TokenStore } from './access/TokenStore.ts';
import type { PushObserver } from './git/PushObserver.ts';
import type { Exchange } from './http/Exchange.ts';
import type { GrantStore } from './oauth/GrantStore.ts';
import type { PullStore } from './pulls/PullStore.ts';
import type {
  Permission,
  RepositoryRecord,
} from './storage/RepositoryRecord.ts';
import type { RepositoryStore } from './storage/RepositoryStore.ts';
import type { GitHostLogger } from './types.ts';

/** What the routes work with. */
export interface Services {
  baseUrl: string;
  store: RepositoryStore;
  access: Access;
  directory: DirectoryLookup;
  tokens: TokenStore;
  grants: GrantStore;
  pulls: PullStore;
  pushes: PushObserver;
  logger: GitHostLogger;
}

/**
 * Finds the repository that an address names, if the one who asks may do what they want to.
 *
 * @throws NotFoundError, AuthenticationError or NotAllowedError
 */
export async function findRepository(
  services: Services,
  exchange: Exchange,
  params: Record<string, string>,
  needed: Permission,
): Promise<{ repository: RepositoryRecord; gitDir: string }> {
  const repository = services.store.find(params.owner, params.repo);
  if (!repository) {
    throw new NotFoundError(
      `The repository ${params.owner}/${params.repo} does not exist`,
    );
  }
  await services.access.require(exchange.identity, repository, needed);
  return { repository, gitDir: services.store.gitDir(repository) };
}
