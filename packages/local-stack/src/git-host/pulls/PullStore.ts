import { join } from 'node:path';
import { randomInt } from 'node:crypto';
import { NotFoundError } from '@backstage/errors';
import { z } from 'zod';
import { JsonFile } from '../storage/JsonFile.ts';
import { KeyedMutex } from '../storage/Mutex.ts';
import type { RepositoryRecord } from '../storage/RepositoryRecord.ts';
import type { RepositoryStore } from '../storage/RepositoryStore.ts';
import { type PullRequest, pullRequestSchema } from './PullRequest.ts';

const fileSchema = z.object({ pulls: z.array(pullRequestSchema) });
type PullFile = JsonFile<z.infer<typeof fileSchema>>;

/** The pull requests of each repository. */
export class PullStore {
  readonly #store: RepositoryStore;
  /** By the repository's id, for a name may be given again. */
  readonly #files = new Map<number, Promise<PullFile>>();

  readonly #mutex = KeyedMutex.create();

  private constructor(store: RepositoryStore) {
    this.#store = store;
  }

  static create(store: RepositoryStore): PullStore {
    return new PullStore(store);
  }

  /** Runs `work` while no other merge in this repository runs. Not reentrant. */
  async exclusively<T>(
    repository: RepositoryRecord,
    work: () => Promise<T>,
  ): Promise<T> {
    return this.#mutex.run(String(repository.id), work);
  }

  /** Newest first. */
  async list(repository: RepositoryRecord): Promise<PullRequest[]> {
    const file = await this.#open(repository);
    return file.value.pulls.toReversed();
  }

  /** @throws NotFoundError */
  async get(
    repository: RepositoryRecord,
    number: number,
  ): Promise<PullRequest> {
    const file = await this.#open(repository);
    const pull = file.value.pulls.find(p => p.number === number);
    if (!pull) {
      throw new NotFoundError(`There is no pull request ${number}`);
    }
    return pull;
  }

  /** @param check - throws to refuse, and sees what is there at the time of writing */
  async add(
    repository: RepositoryRecord,
    pull: Pick<PullRequest, 'title' | 'body' | 'author' | 'head' | 'base'>,
    check: (existing: PullRequest[]) => void,
  ): Promise<PullRequest> {
    const file = await this.#open(repository);
    const now = new Date().toISOString();
    let added: PullRequest | undefined;
    await file.update(({ pulls }) => {
      check(pulls);
      added = {
        ...pull,
        id: randomInt(1, 2 ** 47),
        number: (pulls.at(-1)?.number ?? 0) + 1,
        state: 'open',
        createdAt: now,
        updatedAt: now,
      };
      return { pulls: [...pulls, added] };
    });
    return added!;
  }

  /** @param change - throws to refuse, and sees what is there at the time of writing */
  async update(
    repository: RepositoryRecord,
    number: number,
    change: (pull: PullRequest) => Partial<PullRequest>,
  ): Promise<PullRequest> {
    await this.get(repository, number);
    const file = await this.#open(repository);
    await file.update(({ pulls }) => ({
      pulls: pulls.map(pull =>
        pull.number === number
          ? {
              ...pull,
              updatedAt: new Date().toISOString(),
              ...change(pull),
            }
          : pull,
      ),
    }));
    return this.get(repository, number);
  }

  async #open(repository: RepositoryRecord): Promise<PullFile> {
    let file = this.#files.get(repository.id);
    if (!file) {
      file = JsonFile.open(join(this.#store.gitDir(repository), 'pulls.json'), {
        empty: { pulls: [] },
        parse: c => fileSchema.parse(c),
      });
      this.#files.set(repository.id, file);
      file.catch(() => this.#files.delete(repository.id));
    }
    return file;
  }
}
