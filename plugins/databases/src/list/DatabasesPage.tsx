import { useApi } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink, Container, Header } from '@backstage/ui';
import { usePermission } from '@backstage/plugin-permission-react';
import {
  databaseImportPermission,
  DATABASES_SIGNALS_CHANNEL,
} from '@slipway/plugin-databases-common';
import {
  EmptyState,
  ErrorState,
  PageSkeleton,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useSearchParams } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { DATABASES_TABS } from '../shared/tabs';
import { DatabasesTable } from './DatabasesTable';
import { Filters } from './Filters';
import { useListQuery } from './useListQuery';

/** All databases that the person may see. */
export function DatabasesPage() {
  const api = useApi(databasesApiRef);
  const { query, change, isFiltered } = useListQuery();
  const [, setParams] = useSearchParams();
  const options = useLoaded(() => api.getOptions(), [api]);
  const page = useLoaded(() => api.list(query), [api, query]);
  useLive(DATABASES_SIGNALS_CHANNEL, page.reload);

  const { allowed: mayImport } = usePermission({
    permission: databaseImportPermission,
  });
  const order = (
    <ButtonLink href="/databases/new" variant="primary">
      Order a database
    </ButtonLink>
  );
  const isEmpty = page.value?.totalItems === 0;

  return (
    <main className={styles.page}>
      <Header
        title="Databases"
        tabs={DATABASES_TABS}
        activeTabId="list"
        customActions={
          <>
            {mayImport && (
              <ButtonLink href="/databases/not-ours" variant="secondary">
                Not ours
              </ButtonLink>
            )}
            {!(isEmpty && !isFiltered) && order}
          </>
        }
      />
      <Container>
        <div className={styles.stack}>
          {(!isEmpty || isFiltered) && (
            <Filters query={query} options={options.value} change={change} />
          )}
          {page.error && (
            <ErrorState
              title="The databases could not be loaded"
              error={page.error}
              onRetry={page.reload}
            />
          )}
          {!page.value && !page.error && <PageSkeleton label="databases" />}
          {isEmpty && !isFiltered && (
            <EmptyState
              title="There are no databases yet. Order one and your service can keep its data within a minute."
              action={order}
              docs={{
                href: '/docs/default/system/slipway/databases/',
                label: 'How databases work',
              }}
            />
          )}
          {isEmpty && isFiltered && (
            <EmptyState
              title="No database matches these filters."
              action={
                <Button variant="secondary" onPress={() => setParams({})}>
                  Clear filters
                </Button>
              }
            />
          )}
          {page.value && !isEmpty && (
            <DatabasesTable page={page.value} query={query} change={change} />
          )}
        </div>
      </Container>
    </main>
  );
}
