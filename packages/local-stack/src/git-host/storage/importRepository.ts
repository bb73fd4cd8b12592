import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from '../git/runGit.ts';
import type { RepositoryRecord } from './RepositoryRecord.ts';
import type { RepositoryStore } from './RepositoryStore.ts';

/** What to publish a folder as. */
export interface ImportOptions {
  /** The organisation or person whose repository it will be. */
  owner: string;
  name: string;
  folder: string;
  author: { name: string; displayName: string; email: string };
  description?: string;
  message?: string;
  /** Groups that may do something to it beside the organisation's owners. */
  teams?: RepositoryRecord['teams'];
}

/**
 * Publishes a folder as a repository with one commit, unless there is a repository of that name already.
 *
 * What the folder's `.gitignore` names stays out. The repository appears with its content or not at all.
 *
 * @returns whether it was made now
 */
export async function importRepository(
  store: RepositoryStore,
  options: ImportOptions,
): Promise<{ created: boolean }> {
  const { author, folder, message = 'Initial commit' } = options;
  if (store.find(options.owner, options.name)) {
    return { created: false };
  }
  await store.create({
    owner: options.owner,
    name: options.name,
    description: options.description,
    createdBy: author.name,
    collaborators: { [author.name]: 'admin' },
    teams: options.teams,
    populate: async gitDir => {
      const index = join(gitDir, `${randomUUID()}.index`);
      const env = { GIT_INDEX_FILE: index, GIT_WORK_TREE: folder };
      await runGit(['-C', folder, 'add', '--all', '.'], { gitDir, env });
      const tree = await runGit(['write-tree'], { gitDir, env });
      await rm(index, { force: true });
      const commit = await runGit(
        ['commit-tree', tree.toString().trim(), '-m', message],
        {
          gitDir,
          env: {
            GIT_AUTHOR_NAME: author.displayName,
            GIT_AUTHOR_EMAIL: author.email,
            GIT_COMMITTER_NAME: author.displayName,
            GIT_COMMITTER_EMAIL: author.email,
          },
        },
      );
      await runGit(
        ['update-ref', 'refs/heads/main', commit.toString().trim()],
        { gitDir },
      );
    },
  });
  return { created: true };
}
