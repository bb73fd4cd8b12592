import type { AuthService } from '@backstage/backend-plugin-api';
import {
  RELATION_MEMBER_OF,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { Memberships } from '@slipway/plugin-approvals-common';

const FIELDS = ['kind', 'metadata.name', 'metadata.namespace', 'relations'];
const PAGE = 200;

/**
 * Who is in the catalog and belongs to which groups, asked each time: a token still names the
 * groups of the morning.
 */
export class People {
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;

  static create(deps: { catalog: CatalogService; auth: AuthService }): People {
    return new People(deps);
  }

  private constructor(deps: { catalog: CatalogService; auth: AuthService }) {
    this.#catalog = deps.catalog;
    this.#auth = deps.auth;
  }

  /** The groups of these people. Who is not in the catalog is missing. */
  async groupsOf(users: Iterable<string>): Promise<Memberships> {
    const entityRefs = [...new Set(users)];
    const entities = await this.#entities(entityRefs);
    return new Map(
      entityRefs.flatMap((ref, index) => {
        const entity = entities[index];
        return entity ? [[ref, groupsOfEntity(entity)]] : [];
      }),
    );
  }

  /** Which of these are not in the catalog. */
  async missing(entityRefs: string[]): Promise<string[]> {
    const entities = await this.#entities(entityRefs);
    return entityRefs.filter((_ref, index) => !entities[index]);
  }

  /** The people who belong to one of these groups, with all the groups of each. */
  async membersOf(groups: string[]): Promise<Memberships> {
    const members = new Map<string, string[]>();
    const options = {
      credentials: await this.#auth.getOwnServiceCredentials(),
    };
    let cursor: string | undefined;
    do {
      const page = await this.#catalog.queryEntities(
        cursor
          ? { cursor, fields: FIELDS, limit: PAGE }
          : {
              filter: { kind: 'user', 'relations.memberOf': groups },
              fields: FIELDS,
              limit: PAGE,
            },
        options,
      );
      for (const entity of page.items) {
        members.set(stringifyEntityRef(entity), groupsOfEntity(entity));
      }
      cursor = page.pageInfo.nextCursor;
    } while (cursor);
    return members;
  }

  async #entities(entityRefs: string[]): Promise<(Entity | undefined)[]> {
    if (!entityRefs.length) return [];
    const { items } = await this.#catalog.getEntitiesByRefs(
      { entityRefs, fields: FIELDS },
      { credentials: await this.#auth.getOwnServiceCredentials() },
    );
    return items;
  }
}

function groupsOfEntity(entity: Entity): string[] {
  return (entity.relations ?? [])
    .filter(relation => relation.type === RELATION_MEMBER_OF)
    .map(relation => relation.targetRef);
}
