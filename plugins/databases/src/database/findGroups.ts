import { type Entity, stringifyEntityRef } from '@backstage/catalog-model';
import type { IdentityApi } from '@backstage/frontend-plugin-api';
import type { CatalogApi } from '@backstage/plugin-catalog-react';
import { shortRef } from '../shared/words';

const FOUND_AT_MOST = 20;
const FIELDS = ['kind', 'metadata', 'spec.profile.displayName'];

/** A group as a field lists it. */
export interface FoundGroup {
  /** Its ref. */
  id: string;
  /** How the catalog calls it. */
  title: string;
  /** With its name: titles need not be unique. */
  label: string;
}

/** Groups of the catalog with a part of the name, the first of them; all when it is empty. */
export async function findGroups(
  catalog: CatalogApi,
  term: string,
): Promise<FoundGroup[]> {
  const { items } = await catalog.queryEntities({
    filter: { kind: 'group' },
    ...(term && {
      fullTextFilter: {
        term,
        fields: ['metadata.name', 'metadata.title', 'spec.profile.displayName'],
      },
    }),
    fields: FIELDS,
    orderFields: { field: 'metadata.name', order: 'asc' },
    limit: FOUND_AT_MOST,
  });
  return items.map(toFound);
}

/** The person's own groups with a part of the name, as far as the catalog knows them. */
export async function findOwnGroups(
  catalog: CatalogApi,
  identity: IdentityApi,
  term: string,
): Promise<FoundGroup[]> {
  const { ownershipEntityRefs } = await identity.getBackstageIdentity();
  const entityRefs = ownershipEntityRefs.filter(ref => /^group:/.test(ref));
  if (!entityRefs.length) return [];
  const { items } = await catalog.getEntitiesByRefs({
    entityRefs,
    fields: FIELDS,
  });
  const wanted = term.toLocaleLowerCase();
  return items
    .flatMap(entity => (entity ? [toFound(entity)] : []))
    .filter(({ label }) => label.toLocaleLowerCase().includes(wanted));
}

function toFound(entity: Entity): FoundGroup {
  const ref = stringifyEntityRef(entity);
  const profile = entity.spec?.profile as { displayName?: string } | undefined;
  const name = shortRef(ref);
  const title = profile?.displayName ?? entity.metadata.title ?? name;
  return {
    id: ref,
    title,
    label: title === name ? name : `${title} (${name})`,
  };
}
