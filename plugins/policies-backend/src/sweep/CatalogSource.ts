import type { AuthService } from '@backstage/backend-plugin-api';
import {
  ANNOTATION_ORIGIN_LOCATION,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { JsonObject } from '@backstage/types';
import {
  CATALOG_OBJECTS_SOURCE,
  type PolicyObject,
  type PolicyObjectsSource,
} from '@slipway/plugin-policies-node';

/** An entity may have some megabytes of text, and a page of them is in memory at once. */
const PAGE = 50;
/** What policies see of an entity: relations and status are made by the catalog. */
const FIELDS = ['apiVersion', 'kind', 'metadata', 'spec'];
/** Entities that mirror databases: those are looked at as what they are. */
const MIRRORED = 'slipway-databases:';

/** The entities of the catalog. */
export class CatalogSource implements PolicyObjectsSource {
  readonly id = CATALOG_OBJECTS_SOURCE;
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;

  static create(deps: {
    catalog: CatalogService;
    auth: AuthService;
  }): CatalogSource {
    return new CatalogSource(deps);
  }

  private constructor(deps: { catalog: CatalogService; auth: AuthService }) {
    this.#catalog = deps.catalog;
    this.#auth = deps.auth;
  }

  async list({ cursor, kinds }: { cursor?: string; kinds: readonly string[] }) {
    const page = await this.#catalog.queryEntities(
      cursor
        ? { cursor, fields: FIELDS, limit: PAGE }
        : {
            filter: kinds.includes('*') ? undefined : { kind: [...kinds] },
            fields: FIELDS,
            limit: PAGE,
            orderFields: [{ field: 'metadata.uid', order: 'asc' }],
          },
      { credentials: await this.#auth.getOwnServiceCredentials() },
    );
    return {
      items: page.items.flatMap(toObject),
      nextCursor: page.pageInfo.nextCursor,
    };
  }

  async get(id: string): Promise<PolicyObject | undefined> {
    const entity = await this.#catalog.getEntityByRef(id, {
      credentials: await this.#auth.getOwnServiceCredentials(),
    });
    return entity && toObject(entity)[0];
  }

  /** The catalog tells nobody of what is deleted. */
  async missing(ids: readonly string[]): Promise<string[]> {
    const { items } = await this.#catalog.getEntitiesByRefs(
      {
        entityRefs: [...ids],
        fields: ['kind', 'metadata.namespace', 'metadata.name'],
      },
      { credentials: await this.#auth.getOwnServiceCredentials() },
    );
    return ids.filter((_, index) => !items[index]);
  }
}

function toObject(entity: Entity): PolicyObject[] {
  const origin = entity.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
  if (origin?.startsWith(MIRRORED)) return [];
  const { apiVersion, kind, metadata, spec } = entity;
  const entityRef = stringifyEntityRef(entity);
  const namespace = metadata.namespace ?? 'default';
  return [
    {
      id: entityRef,
      request: {
        kind,
        entityRef,
        object: {
          apiVersion,
          kind,
          metadata,
          ...(spec && { spec }),
        } as JsonObject,
      },
      link: `/catalog/${encodeURIComponent(namespace)}/${kind.toLocaleLowerCase('en-US')}/${encodeURIComponent(metadata.name)}`,
    },
  ];
}
