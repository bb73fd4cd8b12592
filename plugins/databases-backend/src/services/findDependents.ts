import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  type Entity,
  RELATION_API_PROVIDED_BY,
  RELATION_DEPENDS_ON,
  RELATION_OWNED_BY,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  BLAST_RADIUS_MAX,
  type BlastDependent,
} from '@slipway/plugin-databases-common';

const FIELDS = ['kind', 'metadata', 'spec.owner', 'relations'];

/** What depends on something, and what depends on that. */
export interface Dependents {
  total: number;
  items: BlastDependent[];
}

/**
 * What depends on an entity by the catalog, and one level further: what depends on those, and the APIs that they provide. It is
 * found by the relations of whoever depends, so that also an entity that the catalog does not have yet has dependents.
 */
export async function findDependents(
  catalog: CatalogService,
  entityRef: string,
  credentials: BackstageCredentials,
): Promise<Dependents> {
  const level = async (filter: Record<string, string[]>[]) => {
    const { items, totalItems } = await catalog.queryEntities(
      { filter, fields: FIELDS, limit: BLAST_RADIUS_MAX },
      { credentials },
    );
    return { items, totalItems };
  };
  const dependsOn = (refs: string[]) => ({
    [`relations.${RELATION_DEPENDS_ON}`]: refs,
  });
  const first = await level([dependsOn([entityRef])]);
  const known = new Map(
    first.items.map(entity => [stringifyEntityRef(entity), entity]),
  );
  const refs = [...known.keys()];
  if (!refs.length) return { total: first.totalItems, items: [] };
  const second = await level([
    dependsOn(refs),
    { [`relations.${RELATION_API_PROVIDED_BY}`]: refs },
  ]);
  const further = second.items.filter(entity => {
    const ref = stringifyEntityRef(entity);
    return !known.has(ref) && ref !== entityRef;
  });
  // Those of both levels are counted once, as far as they were read.
  const seenTwice = second.items.length - further.length;
  return {
    total: first.totalItems + second.totalItems - seenTwice,
    items: [
      ...first.items.map(entity => toDependent(entity)),
      ...further.map(entity => toDependent(entity, viaOf(entity, refs))),
    ].slice(0, BLAST_RADIUS_MAX),
  };
}

function viaOf({ relations = [] }: Entity, refs: string[]): string | undefined {
  return relations.find(
    ({ type, targetRef }) =>
      [RELATION_DEPENDS_ON, RELATION_API_PROVIDED_BY].includes(type) &&
      refs.includes(targetRef),
  )?.targetRef;
}

function toDependent(entity: Entity, via?: string): BlastDependent {
  const owner = entity.relations?.find(
    ({ type }) => type === RELATION_OWNED_BY,
  )?.targetRef;
  const { title } = entity.metadata;
  return {
    entityRef: stringifyEntityRef(entity),
    ...(title && { title }),
    ...(owner && { owner }),
    ...(via && { via }),
  };
}
