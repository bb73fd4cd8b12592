import { parseEntityRef } from '@backstage/catalog-model';
import { useEntityPresentation } from '@backstage/plugin-catalog-react';
import { Link } from '@backstage/ui';
import { entityPath } from './words';

/** How the catalog calls an entity, "Orders" for `group:default/team-orders`; its name until that is known. */
export function useEntityTitle(ref: string): string {
  const { kind, namespace } = parseEntityRef(ref);
  return useEntityPresentation(ref, {
    defaultKind: kind,
    defaultNamespace: namespace,
  }).primaryTitle;
}

/** How the catalog calls an entity; its whole ref is shown on hover. */
export function EntityName({ entityRef }: { entityRef: string }) {
  const title = useEntityTitle(entityRef);
  return <span title={entityRef}>{title}</span>;
}

/** {@link EntityName} as a link to its page. */
export function EntityLink({ entityRef }: { entityRef: string }) {
  const title = useEntityTitle(entityRef);
  return (
    <Link href={entityPath(entityRef)} title={entityRef}>
      {title}
    </Link>
  );
}
