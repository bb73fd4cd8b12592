import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { NotFoundError, ServiceUnavailableError } from '@backstage/errors';
import type {
  ForeignDatabaseReport,
  ForeignDatabases,
} from '@slipway/plugin-databases-common';
import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import type { ServiceDeps } from './DatabasesService';

/** Nobody waits longer for a page. */
const WITHIN_MS = 20_000;

/** Looks at databases that the platform does not own. Alters nothing, here or on a server. */
export class ImportsService {
  readonly #deps: Pick<ServiceDeps, 'access' | 'providers'>;

  static create(deps: Pick<ServiceDeps, 'access' | 'providers'>) {
    return new ImportsService(deps);
  }

  private constructor(deps: Pick<ServiceDeps, 'access' | 'providers'>) {
    this.#deps = deps;
  }

  /** Servers on which can be looked. */
  async servers(
    credentials: BackstageCredentials,
  ): Promise<{ items: { id: string; title: string }[] }> {
    await this.#deps.access.assertMayImport(credentials);
    return {
      items: this.#deps.providers
        .list()
        .filter(provider => provider.inspect && provider.listForeign)
        .map(({ id, title }) => ({ id, title })),
    };
  }

  async list(
    providerId: string,
    credentials: BackstageCredentials,
  ): Promise<ForeignDatabases> {
    const provider = await this.#open(providerId, credentials);
    const { id, title } = provider;
    const items = await asked(title, provider.listForeign!(inTime()));
    return { provider: { id, title }, items };
  }

  async inspect(
    providerId: string,
    name: string,
    credentials: BackstageCredentials,
  ): Promise<ForeignDatabaseReport> {
    const provider = await this.#open(providerId, credentials);
    const { id, title } = provider;
    const found = await asked(title, provider.inspect!(name, inTime()));
    if (!found) {
      throw new NotFoundError(
        `On ${title} there is no database "${name}" that the platform does not own`,
      );
    }
    return {
      ...found,
      provider: { id, title },
      at: new Date().toISOString(),
    };
  }

  async #open(
    providerId: string,
    credentials: BackstageCredentials,
  ): Promise<DatabaseProvider> {
    const { access, providers } = this.#deps;
    await access.assertMayImport(credentials);
    if (!providers.has(providerId)) {
      throw new NotFoundError(`There is no provider '${providerId}'`);
    }
    const provider = providers.get(providerId);
    if (!provider.inspect || !provider.listForeign) {
      throw new NotFoundError(
        `${provider.title} does not look at databases that the platform does not own`,
      );
    }
    return provider;
  }
}

function inTime() {
  return { signal: AbortSignal.timeout(WITHIN_MS) };
}

/** What a server says of itself may name things that are not for people. */
async function asked<T>(title: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw new ServiceUnavailableError(`${title} does not answer`, error);
  }
}
