import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import type { DatabaseSlowQueries } from '@slipway/plugin-databases-common';
import { ErrorState, RelativeTime, layout as styles } from '@slipway/ui';
import { useState } from 'react';
import { databasesApiRef } from '../api/DatabasesApi';
import { milliseconds } from './healthWords';

/** The statements that took longest. Asked for by hand: it is a question to the server. */
export function SlowQueries({ databaseId }: { databaseId: string }) {
  const api = useApi(databasesApiRef);
  const [slow, setSlow] = useState<DatabaseSlowQueries>();
  const [error, setError] = useState<Error>();
  const [isPending, setIsPending] = useState(false);
  const ask = async () => {
    setIsPending(true);
    setError(undefined);
    try {
      setSlow(await api.getSlowQueries(databaseId));
    } catch (problem) {
      setError(problem as Error);
    } finally {
      setIsPending(false);
    }
  };
  return (
    <section aria-labelledby="slow-statements" className={styles.tight}>
      <div className={styles.row}>
        <h3 id="slow-statements" style={{ margin: 0 }}>
          Slow statements
        </h3>
        <Button
          size="small"
          variant="secondary"
          isPending={isPending}
          onPress={ask}
        >
          {slow ? 'Look again' : 'Show the slowest'}
        </Button>
      </div>
      {error && (
        <ErrorState
          title="The slow statements could not be loaded"
          error={error}
          onRetry={ask}
        />
      )}
      <div aria-live="polite">{slow && <Answer slow={slow} />}</div>
    </section>
  );
}

function Answer({ slow }: { slow: DatabaseSlowQueries }) {
  if (!slow.told) return <p className={styles.note}>{slow.why}</p>;
  return (
    <>
      <p className={styles.note}>
        {slow.queries.length === 0
          ? 'No statement was counted yet.'
          : 'By their time on average. Values are left out.'}
        {slow.since && (
          <>
            {' Counted since '}
            <RelativeTime at={slow.since} />.
          </>
        )}
      </p>
      <ol className={styles.plain} aria-label="Slow statements">
        {slow.queries.map(({ query, calls, meanMs, maxMs }, index) => (
          <li key={index} className={styles.item}>
            <code className={styles.wrap}>{query}</code>
            <span className={styles.note}>
              {milliseconds(meanMs)} on average, {milliseconds(maxMs)} at most,{' '}
              {calls === 1 ? 'once' : `${calls.toLocaleString('en')} times`}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
