import type { StepContext } from '../lib/StepContext';

/** A repository as its host describes it. */
export interface FoundRepository {
  description: string;
  /** Where people look at it. */
  url: string;
  /** Where git clones it. */
  cloneUrl: string;
}

/** What a new repository is made of. */
export interface NewRepository {
  repoUrl: string;
  description: string;
  defaultBranch: string;
  visibility: 'private' | 'public';
  /** Inside the workspace. */
  sourcePath?: string;
  commitMessage: string;
  author: { name: string; email?: string };
}

/** Whom git says it is. */
export interface GitCredentials {
  username: string;
  password: string;
}

/**
 * One repository, that may not exist yet, on a host where it is made with the
 * credentials that were given.
 *
 * @remarks
 *
 * Creating and the first push are upstream's `publish:*` actions. What they
 * lack is here: to look first, and to remove.
 */
export interface RepositoryHost {
  readonly credentials: GitCredentials;
  find(): Promise<FoundRepository | undefined>;
  create(ctx: StepContext, wanted: NewRepository): Promise<void>;
  remove(): Promise<void>;
  /**
   * What people have put into it that git's refs do not show, such as `issues`, open or closed. What the host switched off
   * or does not have counts as empty.
   *
   * @throws NotAllowedError when it may not be seen
   */
  uses(): Promise<string[]>;
  /** Where people look at it, also before it exists. */
  webUrl(): string;
  /** Where the catalog reads a branch from. Ends with a slash. */
  contentsUrl(branch: string): string;
}
