import { useApi } from '@backstage/frontend-plugin-api';
import { Select } from '@backstage/ui';
import {
  type Database,
  type DatabaseHealth,
  databaseHealthSignalsChannel,
} from '@slipway/plugin-databases-common';
import {
  EmptyState,
  ErrorState,
  InfoList,
  PageSkeleton,
  RelativeTime,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useSearchParams } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { storageWord } from '../shared/words';
import { full, growth, percent, untold, use } from './healthWords';
import { HealthCharts } from './HealthCharts';
import { SlowQueries } from './SlowQueries';

const PERIODS = [
  { value: '1', label: 'Last day' },
  { value: '14', label: 'Last 14 days' },
  { value: '90', label: 'Last 90 days' },
  { value: '400', label: 'Last 400 days' },
];
const DEFAULT_DAYS = '14';

/** How a database is used, and was used. */
export function Health({ database }: { database: Database }) {
  const { id } = database;
  const api = useApi(databasesApiRef);
  const [params, setParams] = useSearchParams();
  const asked = params.get('days');
  const days = PERIODS.some(({ value }) => value === asked)
    ? asked!
    : DEFAULT_DAYS;
  const health = useLoaded(
    () => api.getHealth(id, Number(days)),
    [api, id, days],
  );
  useLive(databaseHealthSignalsChannel(id), health.reload);
  const { value } = health;

  return (
    <section aria-labelledby="health" className={styles.tight}>
      <div className={styles.row} style={{ justifyContent: 'space-between' }}>
        <h2 id="health" className={styles.heading}>
          Health
        </h2>
        {value?.usage && (
          <Select
            size="small"
            aria-label="Period of the charts"
            style={{ flex: '0 0 11rem' }}
            options={PERIODS}
            value={days}
            onChange={key =>
              setParams(
                before => {
                  before.set('days', String(key));
                  return before;
                },
                { replace: true },
              )
            }
          />
        )}
      </div>
      {health.error && (
        <ErrorState
          title="How it is used could not be loaded"
          error={health.error}
          onRetry={health.reload}
        />
      )}
      {!value && !health.error && <PageSkeleton label="how it is used" />}
      {value && !value.usage && (
        <EmptyState
          title={
            database.state === 'ready'
              ? 'Nothing was measured yet. It is looked at within minutes, and this page shows it then.'
              : 'Nothing was measured. It is looked at while it is ready.'
          }
          docs={{
            href: '/docs/default/system/slipway/databases/#health',
            label: 'What is measured',
          }}
        />
      )}
      {value?.usage && (
        <div className={styles.stack}>
          <Now database={database} health={value} />
          <HealthCharts health={value} engine={database.engine} />
          <SlowQueries databaseId={id} />
        </div>
      )}
    </section>
  );
}

function Now(props: { database: Database; health: DatabaseHealth }) {
  const { database, health } = props;
  const { limits } = health;
  const usage = health.usage!;
  const missing = untold(health);
  return (
    <>
      <InfoList
        items={[
          {
            label: storageWord(database.engine),
            value:
              usage.sizeBytes !== undefined
                ? use(usage.sizeBytes, limits.storageBytes)
                : undefined,
          },
          { label: 'Grows', value: growth(usage) },
          {
            label: 'Full',
            value:
              usage.daysToFull !== undefined
                ? full(usage.daysToFull)
                : undefined,
          },
          {
            label: 'Sessions',
            value:
              usage.sessions !== undefined
                ? `${usage.sessions} of ${limits.connections}`
                : undefined,
          },
          {
            label: 'Reads from memory',
            value: health.tells.includes('cache-hits')
              ? cacheWords(usage.cacheHitRatio)
              : undefined,
          },
          {
            label: 'Last used',
            value: usage.lastUsedAt ? (
              <RelativeTime at={usage.lastUsedAt} />
            ) : (
              'No session was seen yet'
            ),
          },
          {
            label: 'Measured',
            value: <RelativeTime at={usage.measuredAt} />,
          },
        ]}
      />
      {missing.length > 0 && (
        <p className={styles.note}>
          Its server does not tell {missing.join(' and ')}.
        </p>
      )}
    </>
  );
}

function cacheWords(ratio: number | undefined): string {
  return ratio === undefined ? 'Too few reads to say' : percent(ratio);
}
