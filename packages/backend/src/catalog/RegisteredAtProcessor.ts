import { type Entity, stringifyEntityRef } from '@backstage/catalog-model';
import type {
  CatalogProcessor,
  CatalogProcessorCache,
  CatalogProcessorEmit,
} from '@backstage/plugin-catalog-node';

/** Says when the catalog saw an entity for the first time, ISO 8601 in UTC. */
export const REGISTERED_AT_ANNOTATION = 'slipway.dev/registered-at';

const CACHE_KEY = 'registered-at';

/**
 * Writes on each entity when the catalog saw it first, so that pages can show what is new.
 *
 * @remarks
 *
 * The time is kept in the catalog's own store of what processors remember about an entity, and
 * goes with it when the entity is removed. A document that claims a time of its own is overruled.
 */
export class RegisteredAtProcessor implements CatalogProcessor {
  getProcessorName(): string {
    return 'SlipwayRegisteredAtProcessor';
  }

  async preProcessEntity(
    entity: Entity,
    _location: unknown,
    _emit: CatalogProcessorEmit,
    _originLocation: unknown,
    cache: CatalogProcessorCache,
  ): Promise<Entity> {
    const ref = stringifyEntityRef(entity);
    const known = await cache.get<{ ref: string; at: string }>(CACHE_KEY);
    const at = known?.ref === ref ? known.at : new Date().toISOString();
    await cache.set(CACHE_KEY, { ref, at });
    return {
      ...entity,
      metadata: {
        ...entity.metadata,
        annotations: {
          ...entity.metadata.annotations,
          [REGISTERED_AT_ANNOTATION]: at,
        },
      },
    };
  }
}
