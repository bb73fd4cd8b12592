import {
  parseEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';

/** As the catalog's own filter: by any of these, by all of its kind and `relations.<type>`. */
function fits(
  { kind, relations = [] }: Entity,
  filters: Record<string, unknown>[],
): boolean {
  return filters.some(filter =>
    Object.entries(filter).every(([key, value]) => {
      const wanted = [value].flat();
      return key === 'kind'
        ? wanted.includes(kind.toLocaleLowerCase('en-US'))
        : relations.some(
            ({ type, targetRef }) =>
              key === `relations.${type}` && wanted.includes(targetRef),
          );
    }),
  );
}

/** The catalog of a small company, which says at each question who belongs where now. */
export function companyCatalog(company: {
  /** By person, their groups. */
  membership: Map<string, string[]>;
  /** Names of resources that somebody wrote a document of. */
  documents: Set<string>;
  /** What names something under `dependsOn`; asking for it fails while it throws. */
  dependents?(): Entity[];
  /** What else it has; read at each question. */
  entities?: Entity[];
  /** Called when the catalog is asked, before it answers. */
  onCatalogAsked?(ref: string): Promise<void>;
}) {
  const entities = (): Entity[] => [
    ...(company.entities ?? []),
    ...[...company.membership].map(([ref, groups]) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name: parseEntityRef(ref).name, namespace: 'default' },
      spec: {},
      relations: groups.map(targetRef => ({ type: 'memberOf', targetRef })),
    })),
    ...['team-orders', 'team-payments', 'platform-team'].map(name => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Group',
      metadata: { name, namespace: 'default' },
      spec: { type: 'team', children: [] },
    })),
    ...[...company.documents].map(name => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Resource',
      metadata: {
        name,
        namespace: 'default',
        annotations: {
          'backstage.io/managed-by-location': 'url:https://git/legacy.yaml',
        },
      },
      spec: { type: 'database', owner: 'group:default/team-orders' },
    })),
  ];
  return catalogServiceMock.mock({
    async getEntitiesByRefs({ entityRefs }) {
      const all = new Map(
        [...entities(), ...(company.dependents?.() ?? [])].map(e => [
          stringifyEntityRef(e),
          e,
        ]),
      );
      return { items: entityRefs.map(each => all.get(each)) };
    },
    async queryEntities(request) {
      const filter =
        request && 'filter' in request ? request.filter : undefined;
      const all = [...entities(), ...(company.dependents?.() ?? [])];
      const items = filter
        ? all.filter(entity => fits(entity, [filter].flat()))
        : all;
      return { items, totalItems: items.length, pageInfo: {} };
    },
    async getEntityByRef(ref) {
      const wanted = typeof ref === 'string' ? parseEntityRef(ref) : ref;
      await company.onCatalogAsked?.(stringifyEntityRef(wanted));
      return entities().find(
        e =>
          e.kind.toLocaleLowerCase('en-US') === wanted.kind &&
          e.metadata.name === wanted.name,
      );
    },
  });
}
