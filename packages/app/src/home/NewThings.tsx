import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { EmptyState, RelativeTime } from '@slipway/ui';
import { HomeColumn } from './HomeColumn';
import { HomeList } from './HomeList';
import { entityPath } from './paths';
import styles from './HomePage.module.css';
import { useRetryable } from './useRetryable';

/** Set by the backend when an entity is seen for the first time. */
const REGISTERED_AT = 'slipway.dev/registered-at';
const SHOWN = 6;

/** Templates that tidy up are not where anybody starts. */
const isPath = (template: Entity) => template.spec?.type !== 'cleanup';

/** What came lately: components, and golden paths to start from. */
export function NewThings() {
  const catalogApi = useApi(catalogApiRef);
  const components = useRetryable(
    () =>
      catalogApi.queryEntities({
        filter: { kind: 'component' },
        fields: ['kind', 'metadata', 'spec.owner'],
        orderFields: [
          { field: `metadata.annotations.${REGISTERED_AT}`, order: 'desc' },
        ],
        limit: SHOWN,
      }),
    [catalogApi],
  );
  const templates = useRetryable(
    () =>
      catalogApi.queryEntities({
        filter: { kind: 'template' },
        fields: ['kind', 'metadata', 'spec.type'],
        orderFields: { field: 'metadata.name', order: 'asc' },
        limit: SHOWN,
      }),
    [catalogApi],
  );

  return (
    <div className={styles.stack}>
      <HomeColumn title="New" subject="what is new" state={components}>
        {({ items }) =>
          items.length ? (
            <HomeList
              items={items.map(entity => {
                const at = entity.metadata.annotations?.[REGISTERED_AT];
                return {
                  key: stringifyEntityRef(entity),
                  title: entity.metadata.title ?? entity.metadata.name,
                  href: entityPath(stringifyEntityRef(entity)),
                  detail: (
                    <>
                      {entity.metadata.description}{' '}
                      {at && <RelativeTime at={at} />}
                    </>
                  ),
                };
              })}
            />
          ) : (
            <EmptyState
              title="Nothing is registered yet. What your company runs will be found in the catalog."
              docs={{ href: '/catalog-import', label: 'Register a service' }}
            />
          )
        }
      </HomeColumn>
      <HomeColumn title="Golden paths" subject="golden paths" state={templates}>
        {({ items }) =>
          items.some(isPath) ? (
            <HomeList
              items={items.filter(isPath).map(({ metadata }) => ({
                key: metadata.name,
                title: metadata.title ?? metadata.name,
                href: `/create/templates/${encodeURIComponent(
                  metadata.namespace ?? 'default',
                )}/${encodeURIComponent(metadata.name)}`,
                detail: metadata.description,
              }))}
            />
          ) : (
            <EmptyState title="The platform team has published no golden paths yet." />
          )
        }
      </HomeColumn>
    </div>
  );
}
