import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import {
  ButtonLink,
  Card,
  CardBody,
  CardFooter,
  CardHeader,
} from '@backstage/ui';
import {
  ANNOTATION_DATABASE_ID,
  databasePagePath,
  databaseSignalsChannel,
} from '@slipway/plugin-databases-common';
import {
  ErrorState,
  InfoList,
  PageSkeleton,
  StatusBadge,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { databasesApiRef } from '../api/DatabasesApi';
import { engineAndVersion, priceAMonth } from '../shared/words';

/** The state of the database that a Resource stands for, and the way to its page. */
export function DatabaseCard() {
  const { entity } = useEntity();
  const api = useApi(databasesApiRef);
  const id = entity.metadata.annotations?.[ANNOTATION_DATABASE_ID] ?? '';
  const database = useLoaded(() => api.get(id), [api, id]);
  useLive(databaseSignalsChannel(id), database.reload);

  return (
    <Card>
      <CardHeader>
        <h3>Database</h3>
      </CardHeader>
      <CardBody>
        {database.error && (
          <ErrorState
            title="The database could not be loaded"
            error={database.error}
            onRetry={database.reload}
          />
        )}
        {!database.value && !database.error && (
          <PageSkeleton label="the database" rows={4} />
        )}
        {database.value && (
          <InfoList
            items={[
              {
                label: 'State',
                value: (
                  <span className={styles.row}>
                    <StatusBadge status={database.value.state} />
                    {database.value.conditions.map(({ type }) => (
                      <StatusBadge key={type} status={type} />
                    ))}
                  </span>
                ),
              },
              { label: 'Engine', value: engineAndVersion(database.value) },
              { label: 'Environment', value: database.value.environment },
              { label: 'Size', value: database.value.size },
              {
                label: 'Price',
                value: priceAMonth(database.value.pricePerMonth),
              },
            ]}
          />
        )}
      </CardBody>
      {database.value && (
        <CardFooter>
          <ButtonLink
            variant="secondary"
            href={databasePagePath(
              database.value.name,
              database.value.environment,
            )}
          >
            Open database
          </ButtonLink>
        </CardFooter>
      )}
    </Card>
  );
}
