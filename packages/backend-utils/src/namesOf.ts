import type { AuthService } from '@backstage/backend-plugin-api';
import { type Entity, parseEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { z } from 'zod';

const FIELDS = ['metadata.title', 'spec.profile.displayName'];

const profileSchema = z.object({
  profile: z.object({ displayName: z.string().min(1) }),
});

/**
 * What people call these users and groups: the display name or title that the catalog has, or else the name in the ref.
 *
 * @returns the names by the refs as they were given
 * @public
 */
export async function namesOf(
  deps: { auth: AuthService; catalog: CatalogService },
  refs: string[],
): Promise<Map<string, string>> {
  const entityRefs = [...new Set(refs)];
  const { items } = await deps.catalog.getEntitiesByRefs(
    { entityRefs, fields: FIELDS },
    { credentials: await deps.auth.getOwnServiceCredentials() },
  );
  return new Map(
    entityRefs.map((ref, index) => [
      ref,
      nameOf(items[index]) ?? parseEntityRef(ref).name,
    ]),
  );
}

function nameOf(entity: Entity | undefined): string | undefined {
  const spec = profileSchema.safeParse(entity?.spec);
  return spec.success ? spec.data.profile.displayName : entity?.metadata?.title;
}
