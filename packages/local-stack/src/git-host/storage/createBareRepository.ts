import { randomInt, randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConflictError } from '@backstage/errors';
import { runGit } from '../git/runGit.ts';
import { writeFileAtomically } from './JsonFile.ts';
import type { RepositoryRecord } from './RepositoryRecord.ts';

/** What a new repository begins with. */
export interface NewRepository {
  owner: string;
  name: string;
  createdBy: string;
  description?: string;
  private?: boolean;
  defaultBranch?: string;
  collaborators?: RepositoryRecord['collaborators'];
  teams?: RepositoryRecord['teams'];
  /** Fills the bare repository before anybody can see it. */
  populate?: (gitDir: string) => Promise<void>;
}

/**
 * Makes a repository in a folder of its own and then moves it to its place in one step.
 *
 * Whoever moves first has the name. A process that dies before the move leaves only the folder aside, which
 * the next start throws away; after it, the repository is whole.
 *
 * @throws ConflictError when the place is taken
 */
export async function createBareRepository(
  options: NewRepository & { path: string; workFolder: string },
): Promise<RepositoryRecord> {
  const { defaultBranch = 'main', path, workFolder } = options;
  const temporary = join(workFolder, randomUUID());
  const now = new Date().toISOString();
  const record: RepositoryRecord = {
    id: randomInt(1, 2 ** 47),
    owner: options.owner,
    name: options.name,
    description: options.description ?? '',
    private: options.private ?? false,
    defaultBranch,
    createdBy: options.createdBy,
    createdAt: now,
    updatedAt: now,
    collaborators: options.collaborators ?? {},
    teams: options.teams ?? {},
  };
  await mkdir(workFolder, { recursive: true, mode: 0o700 });
  try {
    await runGit([
      'init',
      '--quiet',
      '--bare',
      '--template=',
      `--initial-branch=${defaultBranch}`,
      temporary,
    ]);
    await options.populate?.(temporary);
    await writeFileAtomically(
      join(temporary, 'host.json'),
      JSON.stringify(record, null, 1),
    );
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') {
      throw new ConflictError(
        `The repository ${options.owner}/${options.name} already exists`,
      );
    }
    throw error;
  }
  return record;
}
