import { parseEntityRef } from '@backstage/catalog-model';
import { useEntityPresentation } from '@backstage/plugin-catalog-react';
import { Link } from '@backstage/ui';

/**
 * How the catalog calls an entity, "Orders" for `group:default/team-orders`; its name until that is known.
 *
 * @public
 */
export function useEntityTitle(ref: string): string {
  const { kind, namespace } = parseEntityRef(ref);
  return useEntityPresentation(ref, {
    defaultKind: kind,
    defaultNamespace: namespace,
  }).primaryTitle;
}

/**
 * How the catalog calls an entity; its whole ref is shown on hover.
 *
 * @public
 */
export function EntityName({ entityRef }: { entityRef: string }) {
  const title = useEntityTitle(entityRef);
  return <span title={entityRef}>{title}</span>;
}

/**
 * {@link EntityName} as a link to its page.
 *
 * @public
 */
export function EntityLink({ entityRef }: { entityRef: string }) {
  const title = useEntityTitle(entityRef);
  return (
    <Link href={entityPath(entityRef)} title={entityRef}>
      {title}
    </Link>
  );
}

/**
 * The page of an entity in the catalog.
 *
 * @public
 */
export function entityPath(ref: string): string {
  const { kind, namespace, name } = parseEntityRef(ref);
  return `/catalog/${namespace}/${kind}/${name}`;
}
