import { dirname, isAbsolute, resolve, sep } from 'node:path';
import type { Config } from '@backstage/config';
import { InputError, NotAllowedError } from '@backstage/errors';
import {
  ScmIntegrations,
  type ScmIntegrationRegistry,
} from '@backstage/integration';
import { repositoryOf } from '@slipway/backend-utils';

/** Where the configuration lists what everybody may read. */
export const OPEN_SOURCES = 'catalog.slipway.openSources';

/**
 * Knows which repositories are open to all who sign in, and decides where a file of the catalog may lead.
 *
 * @remarks
 *
 * The catalog reads with the portal's own account, and shows what it has read to everybody: who writes into one repository must not
 * make another readable that its people keep to themselves.
 */
export class OpenSources {
  readonly #integrations: ScmIntegrationRegistry;
  readonly #open: string[];
  readonly #readable: string[];
  readonly #folders: string[];

  /** @throws InputError when the configuration lists what is no address of a configured git host */
  static fromConfig(config: Config): OpenSources {
    const integrations = ScmIntegrations.fromConfig(config);
    const open = config.getOptionalStringArray(OPEN_SOURCES) ?? [];
    for (const source of open) {
      const repository = repositoryOf(source, integrations) ?? source;
      if (!integrations.byUrl(source) || repository !== source) {
        throw new InputError(
          `${OPEN_SOURCES}: ${source} leads to no git host in integrations. Write the address of a host, an owner or a repository as the browser shows it, such as https://github.com/acme, without a slash at its end.`,
        );
      }
    }
    const readable = (
      config.getOptionalConfigArray('backend.reading.allow') ?? []
    ).map(each => each.getString('host'));
    const folders = (config.getOptionalConfigArray('catalog.locations') ?? [])
      .filter(each => each.getString('type') === 'file')
      .map(each => folderOf(each.getString('target')));
    return new OpenSources(integrations, open, readable, folders);
  }

  private constructor(
    integrations: ScmIntegrationRegistry,
    open: string[],
    readable: string[],
    folders: string[],
  ) {
    this.#integrations = integrations;
    this.#open = open;
    this.#readable = readable;
    this.#folders = folders;
  }

  /** Whether the configuration says that everybody may read a repository, by its own address or its owner's or host's. */
  includes(repository: string): boolean {
    return this.#open.some(
      source => repository === source || repository.startsWith(`${source}/`),
    );
  }

  /**
   * Whether the portal's account has a part in reading an address. What is read without one is what `backend.reading.allow` lists.
   */
  isReadAsPortal(address: string): boolean {
    if (this.#integrations.byUrl(address)) {
      return true;
    }
    const host = URL.canParse(address) ? new URL(address).host : '';
    return !this.#readable.some(
      allowed =>
        allowed === host ||
        (allowed.startsWith('*.') && host.endsWith(allowed.slice(1))),
    );
  }

  /** The repository that an address leads into, or nothing. */
  repositoryOf(address: string): string | undefined {
    return repositoryOf(address, this.#integrations);
  }

  /** The host's kind, such as `gitea`. */
  kindOf(address: string): string | undefined {
    return this.#integrations.byUrl(address)?.type;
  }

  /**
   * Decides whether a file may lead to an address.
   *
   * @param from - the file's own address; one on this machine may lead anywhere, when it lies where the configuration names a file
   * @throws NotAllowedError that names both and what to do
   */
  checkReference(address: string, from: string): void {
    if (this.#isConfiguredFile(from) || !this.isReadAsPortal(address)) {
      return;
    }
    const repository = this.repositoryOf(address);
    if (
      repository &&
      (repository === this.repositoryOf(from) || this.includes(repository))
    ) {
      return;
    }
    throw new NotAllowedError(
      `${from} leads to ${address}, which is not in the same repository. Keep the file beside it, or ask the platform team to list ${
        repository ?? 'the repository'
      } in ${OPEN_SOURCES}.`,
    );
  }

  #isConfiguredFile(from: string): boolean {
    return (
      isAbsolute(from) &&
      this.#folders.some(folder => resolve(from).startsWith(folder))
    );
  }
}

/** The folder, with a separator at its end, in which all files of a target lie that may have wildcards. */
function folderOf(target: string): string {
  const [beforeWildcards] = resolve(target).split(/[*?[\]{}()!+@]/);
  const folder =
    beforeWildcards === resolve(target)
      ? dirname(beforeWildcards)
      : beforeWildcards.slice(0, beforeWildcards.lastIndexOf(sep));
  return folder.endsWith(sep) ? folder : `${folder}${sep}`;
}
