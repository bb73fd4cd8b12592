import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { ButtonLink, Link } from '@backstage/ui';
import { EmptyState, StatusBadge } from '@slipway/ui';
import { databasesApiRef } from '@slipway/plugin-databases';
import { HomeColumn } from './HomeColumn';
import { HomeList } from './HomeList';
import { databasePath, entityPath } from './paths';
import styles from './HomePage.module.css';
import { useRetryable } from './useRetryable';

const SHOWN = 8;

/** What the person's teams own. */
export function Yours({ owners }: { owners: string[] | undefined }) {
  const catalogApi = useApi(catalogApiRef);
  const databasesApi = useApi(databasesApiRef);
  const components = useRetryable(
    owners &&
      (() =>
        catalogApi.queryEntities({
          filter: { kind: 'component', 'relations.ownedBy': owners },
          fields: ['kind', 'metadata', 'spec.type', 'spec.lifecycle'],
          orderFields: { field: 'metadata.name', order: 'asc' },
          limit: SHOWN,
        })),
    [catalogApi, owners],
  );
  const databases = useRetryable(
    owners && (() => databasesApi.list({ mine: true, limit: SHOWN })),
    [databasesApi, owners],
  );

  return (
    <div className={styles.stack}>
      <HomeColumn title="Yours" subject="your services" state={components}>
        {({ items, totalItems }) =>
          items.length ? (
            <>
              <HomeList
                items={items.map(entity => ({
                  key: stringifyEntityRef(entity),
                  title: entity.metadata.title ?? entity.metadata.name,
                  href: entityPath(stringifyEntityRef(entity)),
                  detail: [entity.spec?.type, entity.spec?.lifecycle]
                    .filter(Boolean)
                    .join(' · '),
                }))}
              />
              {totalItems > items.length && (
                <p className={styles.more}>
                  <Link href="/catalog?filters[kind]=component&filters[user]=owned">
                    All {totalItems} of your components
                  </Link>
                </p>
              )}
            </>
          ) : (
            <EmptyState
              title="Your teams own nothing in the catalog yet. Start a service from a golden path, or register one that exists."
              action={
                <ButtonLink href="/create" size="small" variant="secondary">
                  Create a service
                </ButtonLink>
              }
              docs={{ href: '/catalog-import', label: 'Register a service' }}
            />
          )
        }
      </HomeColumn>
      <HomeColumn
        title="Your databases"
        subject="your databases"
        state={databases}
      >
        {({ items, totalItems }) =>
          items.length ? (
            <>
              <HomeList
                items={items.map(database => ({
                  key: database.id,
                  title: database.name,
                  href: databasePath(database),
                  status: <StatusBadge status={database.state} />,
                  detail: `${database.environment} · ${database.size}`,
                }))}
              />
              {totalItems > items.length && (
                <p className={styles.more}>
                  <Link href="/databases?mine=true">
                    All {totalItems} of your databases
                  </Link>
                </p>
              )}
            </>
          ) : (
            <EmptyState
              title="Your teams have no databases yet. Order one and watch it being made."
              action={
                <ButtonLink
                  href="/databases/new"
                  size="small"
                  variant="secondary"
                >
                  Order a database
                </ButtonLink>
              }
            />
          )
        }
      </HomeColumn>
    </div>
  );
}
