import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import {
  RELATION_DEPENDENCY_OF,
  RELATION_PART_OF,
} from '@backstage/catalog-model';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';

const REFS_AT_ONCE = 500;

/** Used by components of more than one system. */
export const SEVERAL_SYSTEMS = 'several';
/** In no system, as far as the caller sees. */
export const NO_SYSTEM = 'none';

/**
 * The system of each of these databases as the catalog says it now, to this caller: that of its own entity, or that of all the
 * components that depend on it.
 */
export async function systemsOf(
  catalog: CatalogService,
  entityRefs: readonly string[],
  credentials: BackstageCredentials,
): Promise<Map<string, string>> {
  const read = async (refs: readonly string[]) => {
    const found = new Map<string, Entity>();
    for (let at = 0; at < refs.length; at += REFS_AT_ONCE) {
      const batch = refs.slice(at, at + REFS_AT_ONCE);
      const { items } = await catalog.getEntitiesByRefs(
        { entityRefs: batch, fields: ['kind', 'metadata', 'relations'] },
        { credentials },
      );
      batch.forEach((ref, index) => {
        const entity = items[index];
        if (entity) found.set(ref, entity);
      });
    }
    return found;
  };
  const databases = await read(entityRefs);
  const usersOf = (ref: string) =>
    targets(databases.get(ref), RELATION_DEPENDENCY_OF);
  const components = await read([...new Set(entityRefs.flatMap(usersOf))]);
  return new Map(
    entityRefs.map(ref => {
      const own = systems(databases.get(ref));
      const found = new Set(
        own.length
          ? own
          : usersOf(ref).flatMap(user => systems(components.get(user))),
      );
      const [only = NO_SYSTEM] = found;
      return [ref, found.size > 1 ? SEVERAL_SYSTEMS : only];
    }),
  );
}

function systems(entity: Entity | undefined): string[] {
  return targets(entity, RELATION_PART_OF).filter(ref =>
    ref.startsWith('system:'),
  );
}

function targets(entity: Entity | undefined, type: string): string[] {
  return (entity?.relations ?? [])
    .filter(relation => relation.type === type)
    .map(({ targetRef }) => targetRef);
}
