import {
  type CompoundEntityRef,
  parseEntityRef,
} from '@backstage/catalog-model';

/** The address of an entity's page. */
export function entityPath(ref: string | CompoundEntityRef): string {
  const { kind, namespace, name } =
    typeof ref === 'string' ? parseEntityRef(ref) : ref;
  return `/catalog/${[namespace, kind.toLowerCase(), name]
    .map(encodeURIComponent)
    .join('/')}`;
}
