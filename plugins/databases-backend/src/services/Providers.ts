import { ConflictError, InputError, NotFoundError } from '@backstage/errors';
import {
  databaseEngineTitles,
  type DatabaseEngine,
} from '@slipway/plugin-databases-common';
import type {
  DatabaseProvider,
  DatabaseProvidersExtensionPoint,
} from '@slipway/plugin-databases-node';

/** The providers of this installation. */
export class Providers implements DatabaseProvidersExtensionPoint {
  readonly #providers = new Map<string, DatabaseProvider>();

  addProvider(provider: DatabaseProvider): void {
    if (this.#providers.has(provider.id)) {
      throw new ConflictError(
        `There are two providers of databases with the id '${provider.id}'`,
      );
    }
    this.#providers.set(provider.id, provider);
  }

  list(): DatabaseProvider[] {
    return [...this.#providers.values()];
  }

  /** The provider that made a database; it may have left the configuration since. */
  get(id: string): DatabaseProvider {
    const provider = this.#providers.get(id);
    if (!provider) {
      throw new NotFoundError(
        `The provider '${id}' is not configured any more. Put it back under databases.providers.`,
      );
    }
    return provider;
  }

  has(id: string): boolean {
    return this.#providers.has(id);
  }

  titleOf(id: string): string {
    return this.#providers.get(id)?.title ?? id;
  }

  /** The provider that serves a request: the first that offers engine, environment and version. */
  choose(request: {
    engine: DatabaseEngine;
    environment: string;
    version?: string;
  }): DatabaseProvider {
    const title = databaseEngineTitles[request.engine];
    const ofEngine = this.list().filter(
      p => p.capabilities().engine === request.engine,
    );
    if (!ofEngine.length) {
      throw new InputError(
        `engine ${title} is not offered here: no provider of it is configured. Choose one of ${
          this.engines().join(', ') || 'none'
        }, or ask the platform team.`,
      );
    }
    const here = ofEngine.filter(p =>
      p.capabilities().environments.includes(request.environment),
    );
    if (!here.length) {
      throw new InputError(
        `environment ${request.environment} is served by no provider of ${title}. Choose another environment, or ask the platform team.`,
      );
    }
    const { version } = request;
    const chosen = here.find(
      p => !version || p.capabilities().versions.includes(version),
    );
    if (!chosen) {
      const versions = here.flatMap(p => p.capabilities().versions);
      throw new InputError(
        `version "${version}" of ${title} is not offered in ${
          request.environment
        }. Choose one of ${[...new Set(versions)].join(', ')}.`,
      );
    }
    return chosen;
  }

  /** The engines that can be ordered. */
  engines(): DatabaseEngine[] {
    return [...new Set(this.list().map(p => p.capabilities().engine))];
  }
}
