import { nameOf, type Identity } from '../access/Identity.ts';
import { KeyedMutex } from '../storage/Mutex.ts';
import {
  repositoryKey,
  type RepositoryRecord,
} from '../storage/RepositoryRecord.ts';
import type { RepositoryStore } from '../storage/RepositoryStore.ts';
import type { GitHostLogger, PushEvent, RefChange } from '../types.ts';
import { listRefs } from './refs.ts';
import { runGit } from './runGit.ts';

/** Told of each change exactly once in the life of the process. */
export type PushListener = (
  event: PushEvent,
  repository: RepositoryRecord,
) => void | Promise<void>;

/** Notices which branches and tags a push, a merge or the API moved, and tells who listens. */
export class PushObserver {
  readonly #store: RepositoryStore;
  readonly #logger: GitHostLogger;
  readonly #listeners: PushListener[] = [];
  readonly #known = new Map<string, Map<string, string>>();
  readonly #mutex = KeyedMutex.create();

  private constructor(store: RepositoryStore, logger: GitHostLogger) {
    this.#store = store;
    this.#logger = logger;
  }

  static create(options: {
    store: RepositoryStore;
    logger: GitHostLogger;
  }): PushObserver {
    return new PushObserver(options.store, options.logger);
  }

  subscribe(listener: PushListener): void {
    this.#listeners.push(listener);
  }

  /** Runs what may move refs and tells afterwards what moved, also when it failed halfway. */
  async around<T>(
    repository: RepositoryRecord,
    identity: Identity,
    work: () => Promise<T>,
  ): Promise<T> {
    const key = `${repository.id}:${repositoryKey(
      repository.owner,
      repository.name,
    )}`;
    await this.#mutex.run(key, async () => {
      if (!this.#known.has(key)) {
        this.#known.set(key, await this.#refs(repository));
      }
    });
    try {
      return await work();
    } finally {
      await this.#mutex
        .run(key, () => this.#compare(key, repository, identity))
        .catch(error =>
          this.#logger.error(`What was pushed could not be read: ${error}`, {
            repository: repositoryKey(repository.owner, repository.name),
          }),
        );
    }
  }

  async #compare(
    key: string,
    repository: RepositoryRecord,
    identity: Identity,
  ): Promise<void> {
    const before = this.#known.get(key) ?? new Map();
    const after = await this.#refs(repository);
    const changes: RefChange[] = [
      ...new Set([...before.keys(), ...after.keys()]),
    ]
      .filter(ref => before.get(ref) !== after.get(ref))
      .map(ref => ({
        ref,
        before: before.get(ref),
        after: after.get(ref),
      }));
    this.#known.set(key, after);
    if (changes.length === 0) return;

    const current = await this.#touch(repository, after);
    const event: PushEvent = {
      owner: current.owner,
      repository: current.name,
      pusher: nameOf(identity),
      changes,
    };
    this.#logger.info('Pushed', {
      repository: `${current.owner}/${current.name}`,
      actor: event.pusher,
      refs: changes
        .map(c => c.ref)
        .join(' ')
        .slice(0, 500),
    });
    for (const listener of this.#listeners) {
      try {
        await listener(event, current);
      } catch (error) {
        this.#logger.error(`A listener to pushes failed: ${error}`);
      }
    }
  }

  /** The first branch that is pushed to an empty repository becomes its default, as in Gitea. */
  async #touch(
    repository: RepositoryRecord,
    refs: Map<string, string>,
  ): Promise<RepositoryRecord> {
    const branches = [...refs.keys()]
      .filter(ref => ref.startsWith('refs/heads/'))
      .map(ref => ref.slice('refs/heads/'.length));
    const defaultBranch = refs.has(`refs/heads/${repository.defaultBranch}`)
      ? repository.defaultBranch
      : (branches[0] ?? repository.defaultBranch);
    if (defaultBranch !== repository.defaultBranch) {
      await runGit(['symbolic-ref', 'HEAD', `refs/heads/${defaultBranch}`], {
        gitDir: this.#store.gitDir(repository),
      });
    }
    return this.#store.update(repository, {
      updatedAt: new Date().toISOString(),
      defaultBranch,
    });
  }

  /** Branches and tags; the host's own refs of pull requests are not news. */
  async #refs(repository: RepositoryRecord): Promise<Map<string, string>> {
    const refs = await listRefs(this.#store.gitDir(repository));
    return new Map(
      [...refs].filter(([ref]) => /^refs\/(heads|tags)\//.test(ref)),
    );
  }
}
