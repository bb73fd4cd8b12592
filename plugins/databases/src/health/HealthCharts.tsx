import type {
  DatabaseEngine,
  DatabaseHealth,
} from '@slipway/plugin-databases-common';
import { Trend, layout as styles } from '@slipway/ui';
import { DateTime } from 'luxon';
import { storageWord } from '../shared/words';
import { percent, size } from './healthWords';

/** What was measured, as lines over time; of what the server tells. */
export function HealthCharts(props: {
  health: DatabaseHealth;
  engine: DatabaseEngine;
}) {
  const { health, engine } = props;
  const { history, limits, tells } = health;
  const measured = history.filter(
    ({ sizeBytes, sessions }) =>
      sizeBytes !== undefined || sessions !== undefined,
  );
  if (measured.length < 2) {
    return (
      <p className={styles.note}>
        Lines over time are drawn from the next measurement on.
      </p>
    );
  }
  const points = (
    of: (part: DatabaseHealth['history'][0]) => number | undefined,
  ) =>
    history.map(part => ({
      date: DateTime.fromISO(part.at).toFormat('yyyy-MM-dd HH:mm'),
      value: of(part),
    }));
  const most = (limit: number, values: (number | undefined)[]) =>
    Math.max(limit, ...values.map(value => value ?? 0));
  return (
    <div className={styles.stack}>
      {tells.includes('size') && (
        <Trend
          title={`${storageWord(engine)} used, up to what was ordered`}
          when="Time"
          points={points(part => part.sizeBytes)}
          max={most(
            limits.storageBytes,
            history.map(part => part.sizeBytes),
          )}
          format={size}
        />
      )}
      {tells.includes('sessions') && (
        <Trend
          title="Sessions open, up to the limit"
          when="Time"
          points={points(part => part.sessions)}
          max={most(
            limits.connections,
            history.map(part => part.sessions),
          )}
          format={value => `${value}`}
        />
      )}
      {tells.includes('cache-hits') && (
        <Trend
          title="Reads answered from memory"
          when="Time"
          points={points(part => part.cacheHitRatio)}
          max={1}
          format={value => (value === 0 ? '0 %' : percent(value))}
        />
      )}
    </div>
  );
}
