import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';

export const PLATFORM = 'group:default/platform-team';
export const ORDERS = 'group:default/team-orders';
export const PAYMENTS = 'group:default/team-payments';

/** People and the groups they belong to. */
const COMPANY: Record<string, string[]> = {
  sam: [ORDERS],
  tara: [ORDERS],
  ines: [PAYMENTS],
  nora: [PLATFORM],
  omar: [PLATFORM],
};

export const ref = (name: string) => `user:default/${name}`;

/** A person and their groups. */
export const ownershipOf = (user: string) => [
  user,
  ...(COMPANY[user.replace('user:default/', '')] ?? []),
];

/**
 * A catalog of the company.
 *
 * @param entities - what it has beside people and groups; what is added later is there, too
 */
export function createCatalog(entities: Entity[]) {
  const people: Entity[] = Object.entries(COMPANY).map(([name, groups]) => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'User',
    metadata: { name, namespace: 'default' },
    spec: {},
    relations: groups.map(targetRef => ({ type: 'memberOf', targetRef })),
  }));
  const groups: Entity[] = [
    'team-orders',
    'team-payments',
    'platform-team',
  ].map(name => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name, namespace: 'default' },
    spec: { type: 'team', children: [] },
  }));
  const all = () => [...people, ...groups, ...entities];
  const find = (entityRef: string) =>
    all().find(each => stringifyEntityRef(each) === entityRef);
  return catalogServiceMock.mock({
    getEntityByRef: async entityRef => find(String(entityRef)),
    getEntitiesByRefs: async ({ entityRefs }) => ({
      items: entityRefs.map(find),
    }),
    async queryEntities(query) {
      const given = query as {
        filter?: Record<string, string[]>;
        cursor?: string;
      };
      const { from, filter } = given.cursor
        ? (JSON.parse(given.cursor) as {
            from: number;
            filter: typeof given.filter;
          })
        : { from: 0, filter: given.filter };
      const members = filter?.['relations.memberOf'];
      const items = all().filter(entity =>
        members
          ? entity.relations?.some(({ targetRef }) =>
              members.includes(targetRef),
            )
          : (filter?.kind?.includes(entity.kind) ?? true),
      );
      // Pages of two, so that sweeps turn some.
      const next = members ? items.length : from + 2;
      return {
        items: items.slice(from, next),
        totalItems: items.length,
        pageInfo:
          next < items.length
            ? { nextCursor: JSON.stringify({ from: next, filter }) }
            : {},
      };
    },
  });
}
