import type { AuthService } from '@backstage/backend-plugin-api';
import { type Entity, RELATION_MEMBER_OF } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';

/**
 * The groups that a person belongs to now, as the catalog knows them: a token still names those of the morning. Undefined when
 * the catalog does not know the person any more.
 */
export async function readGroups(
  deps: { auth: AuthService; catalog: CatalogService },
  userRef: string,
): Promise<string[] | undefined> {
  const entity = await deps.catalog.getEntityByRef(userRef, {
    credentials: await deps.auth.getOwnServiceCredentials(),
  });
  return entity && groupsOf(entity);
}

/** The groups that a person of the catalog belongs to. */
export function groupsOf(person: Entity): string[] {
  return (person.relations ?? [])
    .filter(({ type }) => type === RELATION_MEMBER_OF)
    .map(({ targetRef }) => targetRef);
}
