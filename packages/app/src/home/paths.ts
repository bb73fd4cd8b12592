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

/** The address of a database's page. */
export function databasePath(database: {
  environment: string;
  name: string;
}): string {
  return `/databases/${encodeURIComponent(
    database.environment,
  )}/${encodeURIComponent(database.name)}`;
}
