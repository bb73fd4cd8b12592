import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import { isAncestor } from '../git/commits.ts';
import { findBranch } from '../git/refs.ts';
import { runGit } from '../git/runGit.ts';
import type { Services } from '../Services.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';
import { pullRef, type PullRequest } from './PullRequest.ts';

/**
 * Proposes to merge a branch into another of the same repository.
 *
 * @throws ConflictError when there is an open one for the same branches
 */
export async function createPull(
  services: Services,
  repository: RepositoryRecord,
  pull: Pick<PullRequest, 'title' | 'body' | 'author' | 'head' | 'base'>,
): Promise<PullRequest> {
  const gitDir = services.store.gitDir(repository);
  const head = await findBranch(gitDir, pull.head);
  const base = await findBranch(gitDir, pull.base);
  if (!head || !base) {
    throw new NotFoundError(
      `There is no branch '${head ? pull.base : pull.head}' in ${
        repository.owner
      }/${repository.name}`,
    );
  }
  if (await isAncestor(gitDir, head, base)) {
    throw new InputError(
      `The branch '${pull.head}' has no commits that '${pull.base}' lacks: there is nothing to merge`,
    );
  }
  const created = await services.pulls.add(repository, pull, existing => {
    const same = existing.find(
      p => p.state === 'open' && p.head === pull.head && p.base === pull.base,
    );
    if (same) {
      throw new ConflictError(
        `Pull request ${same.number} already proposes to merge '${pull.head}' into '${pull.base}'`,
      );
    }
  });
  await runGit(['update-ref', pullRef(created.number), head], { gitDir });
  return created;
}

/** Lets open pull requests' own refs follow their branches. */
export async function followHeads(
  services: Services,
  repository: RepositoryRecord,
  changes: Array<{ ref: string; after?: string }>,
): Promise<void> {
  const gitDir = services.store.gitDir(repository);
  for (const pull of await services.pulls.list(repository)) {
    const moved = changes.find(c => c.ref === `refs/heads/${pull.head}`);
    if (pull.state === 'open' && moved?.after) {
      await runGit(['update-ref', pullRef(pull.number), moved.after], {
        gitDir,
      });
    }
  }
}
