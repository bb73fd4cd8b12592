import type { AuthService } from '@backstage/backend-plugin-api';
import {
  parseEntityRef,
  RELATION_MEMBER_OF,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { inTime } from '@slipway/backend-utils';
import type { Identity } from '@slipway/plugin-access-common';

const FIELDS = ['kind', 'metadata.name', 'metadata.namespace', 'relations'];
const PAGE = 50;
const AWAY =
  'The catalog, which knows who people are and what they own, does not answer at the moment. Try again in a minute.';

interface PeopleDeps {
  auth: AuthService;
  catalog: CatalogService;
}

/** Who is in the catalog, and what they belong to and own. Asked each time, for five seconds at most. */
export class People {
  readonly #deps: PeopleDeps;

  static create(deps: PeopleDeps): People {
    return new People(deps);
  }

  private constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  /** Who somebody is by what the catalog says now; undefined for who is not in it. */
  async identityOf(ref: string): Promise<Identity | undefined> {
    const entity = await inTime(
      this.#deps.catalog.getEntityByRef(ref, await this.#asService()),
      AWAY,
    );
    return entity && toIdentity(entity);
  }

  /** Which of these are not in the catalog. */
  async missing(entityRefs: string[]): Promise<Set<string>> {
    if (!entityRefs.length) return new Set();
    const { items } = await inTime(
      this.#deps.catalog.getEntitiesByRefs(
        { entityRefs, fields: FIELDS },
        await this.#asService(),
      ),
      AWAY,
    );
    return new Set(entityRefs.filter((_ref, index) => !items[index]));
  }

  /** A page of the people among these users and in these groups, by their names. */
  async among(
    members: string[],
    cursor: string | undefined,
  ): Promise<{ people: Identity[]; nextCursor?: string }> {
    const refs = members.map(ref => ({ ref, ...parseEntityRef(ref) }));
    const groups = refs.filter(({ kind }) => kind === 'group');
    const users = refs.filter(({ kind }) => kind === 'user');
    // A filter without conditions would be everybody.
    if (!refs.length) return { people: [] };
    const page = await inTime(
      this.#deps.catalog.queryEntities(
        cursor
          ? { cursor, fields: FIELDS, limit: PAGE }
          : {
              filter: [
                ...(groups.length
                  ? [
                      {
                        kind: 'user',
                        'relations.memberOf': groups.map(({ ref }) => ref),
                      },
                    ]
                  : []),
                ...users.map(({ namespace, name }) => ({
                  kind: 'user',
                  'metadata.namespace': namespace,
                  'metadata.name': name,
                })),
              ],
              orderFields: [{ field: 'metadata.name', order: 'asc' }],
              fields: FIELDS,
              limit: PAGE,
            },
        await this.#asService(),
      ),
      AWAY,
    );
    return {
      people: page.items.map(toIdentity),
      nextCursor: page.pageInfo.nextCursor,
    };
  }

  /** How many entities each of these owns; those that own none are left out. */
  async countOwned(
    refs: string[],
  ): Promise<{ owner: string; count: number }[]> {
    if (!refs.length) return [];
    const { facets } = await inTime(
      this.#deps.catalog.getEntityFacets(
        {
          filter: { 'relations.ownedBy': refs },
          facets: ['relations.ownedBy'],
        },
        await this.#asService(),
      ),
      AWAY,
    );
    return (facets['relations.ownedBy'] ?? [])
      .filter(({ value }) => refs.includes(value))
      .map(({ value, count }) => ({ owner: value, count }));
  }

  async #asService() {
    return { credentials: await this.#deps.auth.getOwnServiceCredentials() };
  }
}

function toIdentity(entity: Entity): Identity {
  const ref = stringifyEntityRef(entity);
  const groups = (entity.relations ?? [])
    .filter(({ type }) => type === RELATION_MEMBER_OF)
    .map(({ targetRef }) => targetRef);
  return {
    userEntityRef: ref,
    // A group stands for what all its members have through it.
    ownershipEntityRefs: ref.startsWith('group:') ? [ref] : [ref, ...groups],
  };
}
