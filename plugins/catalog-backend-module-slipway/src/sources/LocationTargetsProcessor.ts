import {
  stringifyEntityRef,
  type Entity,
  type LocationEntity,
} from '@backstage/catalog-model';
import type { Config } from '@backstage/config';
import { ScmIntegrations } from '@backstage/integration';
import type { LocationSpec } from '@backstage/plugin-catalog-common';
import type {
  CatalogProcessor,
  CatalogProcessorEmit,
} from '@backstage/plugin-catalog-node';
import type { OpenSources } from './OpenSources';

/**
 * Keeps an entity of kind Location within the repository that it comes from, see {@link OpenSources}. What stands in the portal's
 * configuration may lead anywhere.
 */
export class LocationTargetsProcessor implements CatalogProcessor {
  readonly #sources: OpenSources;
  readonly #integrations: ScmIntegrations;
  readonly #configured: Set<string>;

  static create(deps: {
    config: Config;
    sources: OpenSources;
  }): LocationTargetsProcessor {
    return new LocationTargetsProcessor(deps);
  }

  private constructor(deps: { config: Config; sources: OpenSources }) {
    this.#sources = deps.sources;
    this.#integrations = ScmIntegrations.fromConfig(deps.config);
    this.#configured = new Set(
      deps.config
        .getOptionalConfigArray('catalog.locations')
        ?.map(each => each.getString('target')),
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
      !this.#configured.has(originLocation.target)
    ) {
      for (const target of targetsOf(entity)) {
        this.#check(entity, target, location.target);
      }
    }
    return entity;
  }

  #check(entity: Entity, target: string, base: string): void {
    const type = (entity as LocationEntity).spec.type ?? 'url';
    if (type !== 'url') {
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
      (error as Error).message =
        `${stringifyEntityRef(entity)}: ${(error as Error).message}`;
      throw error;
    }
  }
}

function targetsOf(entity: Entity): string[] {
  const { target, targets } = (entity as LocationEntity).spec ?? {};
  return [target, ...(Array.isArray(targets) ? targets : [])].filter(
    (each): each is string => typeof each === 'string',
  );
}
