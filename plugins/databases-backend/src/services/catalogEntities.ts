import type { Entity } from '@backstage/catalog-model';
import {
  ANNOTATION_DATABASE_ID,
  DATABASE_ENTITY_TYPE,
  databaseEngineTitles,
  databaseEntityName,
  databaseEntityRef,
  databasePagePath,
} from '@slipway/plugin-databases-common';
import type { DatabaseRecord } from '../database/rows';

/** The entity that stands for a database in the catalog. */
export function toCatalogEntity(record: DatabaseRecord): {
  entityRef: string;
  entity: Entity;
} {
  const { name, environment, engine, owner, spec } = record;
  return {
    entityRef: databaseEntityRef(name, environment),
    entity: {
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Resource',
      metadata: {
        name: databaseEntityName(name, environment),
        namespace: 'default',
        title: `${name} (${environment})`,
        description:
          spec.description ??
          `${databaseEngineTitles[engine]} database in ${environment}`,
        annotations: {
          [ANNOTATION_DATABASE_ID]: record.id,
          // The catalog wants to know where "view" leads.
          'backstage.io/view-url': databasePagePath(name, environment),
        },
        tags: [engine, environment],
      },
      spec: {
        type: DATABASE_ENTITY_TYPE,
        owner,
        lifecycle: environment,
      },
    },
  };
}
