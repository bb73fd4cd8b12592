import {
  complianceRate,
  type Compliance,
} from '@slipway/plugin-policies-common';
import { EmptyState, RelativeTime, Trend, layout as styles } from '@slipway/ui';
import { percent, rateOf } from '../shared/percent';
import { lastDays } from './lastDays';
import { ViolationsLink } from './ViolationsLink';

const DAYS = 30;

/** How much complies altogether, now and over time. */
export function Overall({ compliance }: { compliance: Compliance }) {
  const { now, asOf, days } = compliance;
  if (!asOf) {
    return (
      <EmptyState title="Nothing was looked at yet. The first sweep over everything that exists begins by itself, within the hour." />
    );
  }
  const points = lastDays(new Date(), DAYS).map(date => {
    const day = days.find(one => one.date === date);
    return { date, value: day && complianceRate(day) };
  });
  return (
    <div className={styles.tight}>
      <p className={styles.text}>
        <strong>{rateOf(now)}</strong>
        {` complies. Of ${now.checked === 1 ? 'one check' : `${now.checked} checks`}, `}
        <ViolationsLink count={now.violating} filter={{ waived: false }}>
          {`${now.violating} ${now.violating === 1 ? 'fails' : 'fail'} without a waiver`}
        </ViolationsLink>
        {' and '}
        <ViolationsLink count={now.waived} filter={{ waived: true }}>
          {`${now.waived} with one`}
        </ViolationsLink>
        {'. As seen '}
        <RelativeTime at={asOf} />.
      </p>
      {points.filter(({ value }) => value !== undefined).length > 1 ? (
        <Trend
          title="What complies, in percent, over 30 days"
          max={1}
          format={percent}
          points={points}
        />
      ) : (
        <p className={styles.note}>
          Over the days a trend shows here, from the second day on.
        </p>
      )}
    </div>
  );
}
