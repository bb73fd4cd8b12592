import {
  DEFAULT_NAMESPACE,
  stringifyEntityRef,
} from '@backstage/catalog-model';

/**
 * The annotation of a catalog entity that names the database it stands for.
 * @public
 */
export const ANNOTATION_DATABASE_ID = 'slipway.dev/database-id';

/**
 * `spec.type` of the Resource entity of a database.
 * @public
 */
export const DATABASE_ENTITY_TYPE = 'database';

/**
 * The name of a database's catalog entity. Two databases never share one:
 * neither part may contain a dot.
 * @public
 */
export function databaseEntityName(name: string, environment: string): string {
  return `${name}.${environment}`;
}

/**
 * The entity ref of a database: `resource:default/<name>.<environment>`.
 * @public
 */
export function databaseEntityRef(name: string, environment: string): string {
  return stringifyEntityRef({
    kind: 'resource',
    namespace: DEFAULT_NAMESPACE,
    name: databaseEntityName(name, environment),
  });
}

/**
 * The address of a database's page in the portal, without the base path of the
 * app.
 * @public
 */
export function databasePagePath(name: string, environment: string): string {
  return `/databases/${encodeURIComponent(environment)}/${encodeURIComponent(name)}`;
}
