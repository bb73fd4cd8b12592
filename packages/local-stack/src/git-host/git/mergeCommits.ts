import { ConflictError } from '@backstage/errors';
import { GitError, runGit } from './runGit.ts';

/**
 * Merges two commits without touching a ref or a working copy.
 *
 * @returns the merged tree, or undefined when the two conflict
 * @throws ConflictError when the machine's git is too old for it
 */
export async function mergeTrees(
  gitDir: string,
  ours: string,
  theirs: string,
): Promise<string | undefined> {
  try {
    const output = await runGit(
      ['merge-tree', '--write-tree', '--no-messages', ours, theirs],
      { gitDir },
    );
    return output.toString().split('\n')[0];
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    if (error.exitCode === 1) return undefined;
    if (error.exitCode === 129) {
      throw new ConflictError(
        'Merging pull requests needs git 2.38 or newer on the machine of the git host: merge with git and push instead',
      );
    }
    throw error;
  }
}

/** Makes a commit of a tree; no ref points to it yet. */
export async function commitTree(
  gitDir: string,
  options: {
    tree: string;
    parents: string[];
    message: string;
    author: { name: string; email: string };
  },
): Promise<string> {
  const { author } = options;
  const output = await runGit(
    [
      'commit-tree',
      options.tree,
      ...options.parents.flatMap(parent => ['-p', parent]),
    ],
    {
      gitDir,
      input: options.message,
      env: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_COMMITTER_NAME: author.name,
        GIT_COMMITTER_EMAIL: author.email,
      },
    },
  );
  return output.toString().trim();
}
