import {
  stringifyEntityRef,
  type Entity,
  type LocationEntity,
} from '@backstage/catalog-model';
import type { Config } from '@backstage/config';
import { NotAllowedError } from '@backstage/errors';
import { ScmIntegrations } from '@backstage/integration';
import type { LocationSpec } from '@backstage/plugin-catalog-common';
import type {
  CatalogProcessor,
  CatalogProcessorEmit,
} from '@backstage/plugin-catalog-node';
import type { OpenSources } from './OpenSources';

/**
 * Keeps an entity of kind Location within the repository that it comes from, see {@link OpenSources}.
 *
 * @remarks
 * Whoever may write to a repository decides where its files lead, also to one that the configuration names. So a file may lead anywhere
 * only on the portal's own disk, or in the repository of a location with `leadsAnywhere` that it was found from.
 */
export class LocationTargetsProcessor implements CatalogProcessor {
  readonly #sources: OpenSources;
  readonly #integrations: ScmIntegrations;
  readonly #leadAnywhere: Set<string>;

  static create(deps: {
    config: Config;
    sources: OpenSources;
  }): LocationTargetsProcessor {
    return new LocationTargetsProcessor(deps);
  }

  private constructor(deps: { config: Config; sources: OpenSources }) {
    this.#sources = deps.sources;
    this.#integrations = ScmIntegrations.fromConfig(deps.config);
    this.#leadAnywhere = new Set(
      deps.config
        .getOptionalConfigArray('catalog.locations')
        ?.filter(each => each.getOptionalBoolean('leadsAnywhere'))
        .map(each => each.getString('target')),
    );
  }

  getProcessorName(): string {
    return 'SlipwayLocationTargetsProcessor';
  }

  async preProcessEntity(
    entity: Entity,
    location: LocationSpec,
    _emit: CatalogProcessorEmit,
    originLocation: LocationSpec,
  ): Promise<Entity> {
    if (
      entity.kind === 'Location' &&
      location.type === 'url' &&
      !this.#mayLeadAnywhere(location.target, originLocation.target)
    ) {
      for (const target of targetsOf(entity)) {
        this.#check(entity, target, location.target);
      }
    }
    return entity;
  }

  #mayLeadAnywhere(from: string, origin: string): boolean {
    const repository = this.#sources.repositoryOf(from);
    return (
      this.#leadAnywhere.has(origin) &&
      (from === origin ||
        (repository !== undefined &&
          repository === this.#sources.repositoryOf(origin)))
    );
  }

  #check(entity: Entity, target: string, base: string): void {
    const type = (entity as LocationEntity).spec.type ?? 'url';
    // A location of the configuration comes as an entity that leads to itself, wherever it is.
    if (type !== 'url' || target === base) {
      return;
    }
    let address: string;
    try {
      address = this.#integrations.resolveUrl({ url: target, base });
    } catch {
      // The catalog says so itself: this is no address.
      return;
    }
    try {
      this.#sources.checkReference(address, base);
    } catch (error) {
      throw new NotAllowedError(
        `${stringifyEntityRef(entity)}: ${(error as Error).message}`,
        error,
      );
    }
  }
}

function targetsOf(entity: Entity): string[] {
  const { target, targets } = (entity as LocationEntity).spec ?? {};
  return [target, ...(Array.isArray(targets) ? targets : [])].filter(
    (each): each is string => typeof each === 'string',
  );
}
