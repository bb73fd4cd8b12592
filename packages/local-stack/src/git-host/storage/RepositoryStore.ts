import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConflictError, NotFoundError } from '@backstage/errors';
import {
  createBareRepository,
  type NewRepository,
} from './createBareRepository.ts';
import { writeFileAtomically } from './JsonFile.ts';
import { KeyedMutex } from './Mutex.ts';
import { assertOwnerName, assertRef, assertRepositoryName } from './names.ts';
import {
  repositoryKey,
  type RepositoryRecord,
  repositoryRecordSchema,
} from './RepositoryRecord.ts';

/** What of a repository's record may be changed after it was made. */
export type RepositoryChange = Partial<
  Pick<
    RepositoryRecord,
    | 'description'
    | 'private'
    | 'defaultBranch'
    | 'updatedAt'
    | 'collaborators'
    | 'teams'
  >
>;

/**
 * The bare repositories on disk and what is known of each.
 *
 * The folders are the truth; the map in memory only spares reading them. One process at a time may use a folder.
 */
export class RepositoryStore {
  readonly root: string;
  readonly #records: Map<string, RepositoryRecord>;
  readonly #mutex = KeyedMutex.create();

  private constructor(root: string, records: Map<string, RepositoryRecord>) {
    this.root = root;
    this.#records = records;
  }

  /** Opens the folder and throws away what a process that died left unfinished in it. */
  static async open(root: string): Promise<RepositoryStore> {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await rm(join(root, '.new'), { recursive: true, force: true });
    await rm(join(root, '.trash'), { recursive: true, force: true });

    const records = new Map<string, RepositoryRecord>();
    const owners = await readdir(root, { withFileTypes: true });
    for (const owner of owners) {
      if (!owner.isDirectory() || owner.name.startsWith('.')) continue;
      for (const folder of await readdir(join(root, owner.name))) {
        // Such as what a file manager leaves behind.
        if (!folder.endsWith('.git')) continue;
        const path = join(root, owner.name, folder, 'host.json');
        const record = repositoryRecordSchema.parse(
          JSON.parse(await readFile(path, 'utf8')),
        );
        records.set(repositoryKey(record.owner, record.name), record);
      }
    }
    return new RepositoryStore(root, records);
  }

  /** All repositories by owner and name. */
  list(owner?: string): RepositoryRecord[] {
    return [...this.#records.values()]
      .filter(r => !owner || r.owner.toLowerCase() === owner.toLowerCase())
      .sort((a, b) =>
        repositoryKey(a.owner, a.name) < repositoryKey(b.owner, b.name)
          ? -1
          : 1,
      );
  }

  find(owner: string, name: string): RepositoryRecord | undefined {
    return this.#records.get(repositoryKey(owner, name));
  }

  /** Where the bare repository lies. Names are checked when a repository is made, so a record's name is a safe path. */
  gitDir(record: { owner: string; name: string }): string {
    return join(
      this.root,
      record.owner.toLowerCase(),
      `${record.name.toLowerCase()}.git`,
    );
  }

  /**
   * @throws ConflictError when the name is taken, also by one that differs in case only
   * @throws InputError when a name breaks the rules
   */
  async create(options: NewRepository): Promise<RepositoryRecord> {
    assertOwnerName(options.owner);
    assertRepositoryName(options.name);
    assertRef(options.defaultBranch ?? 'main');
    if (this.find(options.owner, options.name)) {
      throw new ConflictError(
        `The repository ${options.owner}/${options.name} already exists`,
      );
    }
    const record = await createBareRepository({
      ...options,
      path: this.gitDir(options),
      workFolder: join(this.root, '.new'),
    });
    this.#records.set(repositoryKey(record.owner, record.name), record);
    return record;
  }

  /** @throws NotFoundError when it is gone meanwhile */
  async update(
    record: RepositoryRecord,
    change:
      RepositoryChange | ((current: RepositoryRecord) => RepositoryChange),
  ): Promise<RepositoryRecord> {
    return this.exclusively(record, async () => {
      const current = this.#current(record);
      const next = {
        ...current,
        ...(typeof change === 'function' ? change(current) : change),
      };
      await writeFileAtomically(
        join(this.gitDir(current), 'host.json'),
        JSON.stringify(next, null, 1),
      );
      this.#records.set(repositoryKey(next.owner, next.name), next);
      return next;
    });
  }

  /**
   * Takes the repository away in one step; the files go afterwards.
   *
   * @throws NotFoundError when it is gone meanwhile
   */
  async delete(record: RepositoryRecord): Promise<void> {
    const trash = join(this.root, '.trash');
    const doomed = join(trash, randomUUID());
    await this.exclusively(record, async () => {
      const current = this.#current(record);
      await mkdir(trash, { recursive: true, mode: 0o700 });
      await rename(this.gitDir(current), doomed);
      this.#records.delete(repositoryKey(current.owner, current.name));
    });
    await rm(doomed, { recursive: true, force: true });
  }

  /** Runs `work` while no other change of this repository's record runs. Not reentrant. */
  async exclusively<T>(
    record: RepositoryRecord,
    work: () => Promise<T>,
  ): Promise<T> {
    return this.#mutex.run(repositoryKey(record.owner, record.name), work);
  }

  /** Of the same id: a name may have been given to another repository since. */
  #current(record: RepositoryRecord): RepositoryRecord {
    const current = this.find(record.owner, record.name);
    if (current?.id !== record.id) {
      throw new NotFoundError(
        `The repository ${record.owner}/${record.name} does not exist`,
      );
    }
    return current;
  }
}
