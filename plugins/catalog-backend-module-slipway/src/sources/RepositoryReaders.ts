import { InputError, NotAllowedError } from '@backstage/errors';
import { OPEN_SOURCES, type OpenSources } from './OpenSources';
import type { HostApi } from './HostApi';

/** Who wants to have something read. */
export interface Reader {
  /** Entity ref of the person. */
  userRef: string;
  /** The person's own token for the host, when the request brings one. */
  token?: string;
}

/**
 * Asks git hosts whether a person may read a repository, before the portal reads it for them with its own account.
 */
export class RepositoryReaders {
  readonly #sources: OpenSources;
  readonly #openHost: (repository: string) => HostApi | undefined;
  readonly #loginOf: (
    userRef: string,
    repository: string,
  ) => Promise<string | undefined>;

  static create(deps: {
    sources: OpenSources;
    openHost: (repository: string) => HostApi | undefined;
    loginOf: (
      userRef: string,
      repository: string,
    ) => Promise<string | undefined>;
  }): RepositoryReaders {
    return new RepositoryReaders(deps);
  }

  private constructor(deps: {
    sources: OpenSources;
    openHost: (repository: string) => HostApi | undefined;
    loginOf: (
      userRef: string,
      repository: string,
    ) => Promise<string | undefined>;
  }) {
    this.#sources = deps.sources;
    this.#openHost = deps.openHost;
    this.#loginOf = deps.loginOf;
  }

  /** Whether an address is on a git host of the configuration, which is read with the portal's account. */
  knowsHostOf(address: string): boolean {
    return this.#sources.kindOf(address) !== undefined;
  }

  /**
   * @throws NotAllowedError when there is none, the host says that the person may not read it, or cannot tell
   * @throws InputError when the address leads into no repository
   */
  async check(address: string, reader: Reader): Promise<void> {
    if (!this.#sources.isReadAsPortal(address)) {
      return;
    }
    const repository = this.#sources.repositoryOf(address);
    if (!repository) {
      throw new InputError(
        `target: ${address} leads into no repository that the portal knows. Write the address of the file as the browser shows it.`,
      );
    }
    if (this.#sources.includes(repository)) {
      return;
    }
    const host = this.#openHost(repository);
    if (!host) {
      throw new NotAllowedError(
        `Whether you may read ${repository} cannot be asked there, so the portal does not read it for you. The platform team can list it in ${OPEN_SOURCES}, if everybody may.`,
      );
    }
    const visibility = await host.visibility();
    if (visibility === 'open') {
      return;
    }
    // Asked also of what is not there, and answered in the same words: whether there is a private one is nothing for others.
    const mayRead = reader.token
      ? await host.mayReadWith(reader.token)
      : await this.#ask(host, repository, reader.userRef);
    // What is let in before there is anything would be read as soon as there is.
    if (!visibility || !mayRead) {
      throw new NotAllowedError(
        `${repository} cannot be read for you: there is none, the portal's own account may not read it, or it is private and the host does not say that you may. Check the address, ask its owners to let you in or to register it, or start it from a template, which takes your own account on the host.`,
      );
    }
  }

  async #ask(
    host: HostApi,
    repository: string,
    userRef: string,
  ): Promise<boolean | undefined> {
    const login = await this.#loginOf(userRef, repository);
    return login === undefined ? undefined : host.mayRead(login);
  }
}
