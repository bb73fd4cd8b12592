import { ConflictError } from '@backstage/errors';
import { authorOf, type Identity, nameOf } from '../access/Identity.ts';
import { isAncestor } from '../git/commits.ts';
import { commitTree, mergeTrees } from '../git/mergeCommits.ts';
import { findBranch, moveRef } from '../git/refs.ts';
import { GitError, runGit } from '../git/runGit.ts';
import type { Services } from '../Services.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';
import { type MergeStyle, pullRef, type PullRequest } from './PullRequest.ts';

/** How a merge was asked for. */
export interface MergeOptions {
  style: MergeStyle;
  /** Refuse when the branch has moved on since it was looked at. */
  expectedHead?: string;
  message?: string;
  deleteBranch?: boolean;
}

/**
 * Merges a pull request.
 *
 * What is about to happen is written down before the base branch moves, and the branch moves only from where it
 * was seen: a process that dies in between is completed by {@link settlePull}, and never merges twice.
 *
 * @throws ConflictError when it is not open, conflicts, or one of the branches moved meanwhile
 */
export async function mergePull(
  services: Services,
  repository: RepositoryRecord,
  number: number,
  identity: Identity,
  options: MergeOptions,
): Promise<PullRequest> {
  return services.pulls.exclusively(repository, () =>
    merge(services, repository, number, identity, options),
  );
}

/** Finds out how a merge ended that was begun when the process died: the base branch tells. */
export async function settlePull(
  services: Services,
  repository: RepositoryRecord,
  number: number,
): Promise<PullRequest> {
  const pull = await services.pulls.get(repository, number);
  return pull.merging
    ? services.pulls.exclusively(repository, () =>
        settle(services, repository, number),
      )
    : pull;
}

async function merge(
  services: Services,
  repository: RepositoryRecord,
  number: number,
  identity: Identity,
  options: MergeOptions,
): Promise<PullRequest> {
  const gitDir = services.store.gitDir(repository);
  const pull = await settle(services, repository, number);
  if (pull.state !== 'open') {
    throw new ConflictError(`Pull request ${number} is closed already`);
  }
  const head = await findBranch(gitDir, pull.head);
  const base = await findBranch(gitDir, pull.base);
  if (!head || !base) {
    throw new ConflictError(
      `The branch '${head ? pull.base : pull.head}' is gone`,
    );
  }
  if (options.expectedHead && options.expectedHead !== head) {
    throw new ConflictError(
      `The branch '${pull.head}' has moved on to ${head}: look at it again`,
    );
  }
  const commit = await prepare(gitDir, pull, { head, base }, identity, options);
  const by = nameOf(identity);
  await runGit(['update-ref', pullRef(number), head], { gitDir });
  await services.pulls.update(repository, number, current => {
    if (current.state !== 'open') {
      throw new ConflictError(`Pull request ${number} is closed already`);
    }
    return { merging: { commit, head, base, by } };
  });
  await services.pushes.around(repository, identity, async () => {
    try {
      await moveRef(gitDir, `refs/heads/${pull.base}`, commit, base);
    } catch (error) {
      await settle(services, repository, number);
      if (error instanceof GitError) {
        throw new ConflictError(
          `The branch '${pull.base}' has moved meanwhile: try again`,
        );
      }
      throw error;
    }
    if (options.deleteBranch && pull.head !== repository.defaultBranch) {
      await runGit(['update-ref', '-d', `refs/heads/${pull.head}`, head], {
        gitDir,
      });
    }
  });
  services.logger.info('Merged a pull request', {
    repository: `${repository.owner}/${repository.name}`,
    number,
    actor: by,
  });
  return settle(services, repository, number);
}

async function settle(
  services: Services,
  repository: RepositoryRecord,
  number: number,
): Promise<PullRequest> {
  const pull = await services.pulls.get(repository, number);
  if (!pull.merging) {
    return pull;
  }
  const gitDir = services.store.gitDir(repository);
  const { merging } = pull;
  const base = await findBranch(gitDir, pull.base);
  const done = base && (await isAncestor(gitDir, merging.commit, base));
  return services.pulls.update(
    repository,
    number,
    (current): Partial<PullRequest> => {
      if (current.merging?.commit !== merging.commit) return {};
      if (!done) return { merging: undefined };
      const at = new Date().toISOString();
      return {
        state: 'closed',
        closedAt: at,
        merging: undefined,
        merged: { ...merging, at },
      };
    },
  );
}

async function prepare(
  gitDir: string,
  pull: PullRequest,
  commits: { head: string; base: string },
  identity: Identity,
  options: MergeOptions,
): Promise<string> {
  const { head, base } = commits;
  if (options.style === 'fast-forward-only') {
    if (!(await isAncestor(gitDir, base, head))) {
      throw new ConflictError(
        `'${pull.head}' is not ahead of '${pull.base}' in a straight line: merge with another style`,
      );
    }
    return head;
  }
  const tree = await mergeTrees(gitDir, base, head);
  if (!tree) {
    throw new ConflictError(
      `'${pull.head}' conflicts with '${pull.base}': merge '${pull.base}' into it and push`,
    );
  }
  const squash = options.style === 'squash';
  return commitTree(gitDir, {
    tree,
    parents: squash ? [base] : [base, head],
    message:
      options.message ??
      (squash
        ? `${pull.title} (#${pull.number})\n\n${pull.body}`.trim()
        : `Merge pull request '${pull.title}' (#${pull.number}) from ${pull.head} into ${pull.base}`),
    author: authorOf(identity),
  });
}
