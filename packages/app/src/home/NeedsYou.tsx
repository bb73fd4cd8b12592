import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { scaffolderApiRef } from '@backstage/plugin-scaffolder-react';
import { EmptyState, ErrorState, RelativeTime, StatusBadge } from '@slipway/ui';
import { databasesApiRef } from '@slipway/plugin-databases';
import { HomeColumn } from './HomeColumn';
import { HomeList } from './HomeList';
import { loadNeeds } from './loadNeeds';
import { useRetryable } from './useRetryable';

/** What waits for the person. */
export function NeedsYou({ owners }: { owners: string[] | undefined }) {
  const catalogApi = useApi(catalogApiRef);
  const scaffolderApi = useApi(scaffolderApiRef);
  const databasesApi = useApi(databasesApiRef);
  const state = useRetryable(
    owners &&
      (() => loadNeeds({ catalogApi, scaffolderApi, databasesApi, owners })),
    [catalogApi, scaffolderApi, databasesApi, owners],
  );
  return (
    <HomeColumn title="Needs you" subject="what needs you" state={state}>
      {({ needs, errors }) => (
        <>
          {errors.map(error => (
            <ErrorState
              key={error.message}
              title="Something that may need you could not be loaded"
              error={error}
              onRetry={state.retry}
            />
          ))}
          {needs.length > 0 && (
            <HomeList
              items={needs.map(({ status, at, detail, ...item }) => ({
                ...item,
                status: <StatusBadge status={status} />,
                detail: (
                  <>
                    {detail} {at && <RelativeTime at={at} />}
                  </>
                ),
              }))}
            />
          )}
          {needs.length + errors.length === 0 && (
            <EmptyState title="Nothing waits for you. What fails or has to be decided will be listed here." />
          )}
        </>
      )}
    </HomeColumn>
  );
}
