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
    return new OpenSources(integrations, open, readable);
  }

  private constructor(
    integrations: ScmIntegrationRegistry,
    open: string[],
    readable: string[],
  ) {
    this.#integrations = integrations;
    this.#open = open;
    this.#readable = readable;
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
   * @param from - the file's own address; one on this machine, which only the configuration can name, may lead anywhere
   * @throws NotAllowedError that names both and what to do
   */
  checkReference(address: string, from: string): void {
    if (!/^https?:/i.test(from) || !this.isReadAsPortal(address)) {
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
}
