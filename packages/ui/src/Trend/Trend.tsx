import { segmentsOf, type TrendPoint } from './segmentsOf';
import styles from './Trend.module.css';

const WIDTH = 600;
const HEIGHT = 48;

/** @public */
export interface TrendProps {
  /** The subject and the unit, for example "What complies, in percent". */
  title: string;
  /** What a point stands for, at the head of the table; `Day` when left out. */
  when?: string;
  /** One for each day or other part of the time, oldest first. One without a value is a gap. */
  points: readonly TrendPoint[];
  /** The value at the top of the chart; the axis begins at zero. */
  max: number;
  /** A value as people read it, for example "97 %". */
  format: (value: number) => string;
}

/**
 * A line over time. Says in words how it began and how it stands, and holds the numbers as a table.
 *
 * @public
 */
export function Trend({
  title,
  when = 'Day',
  points,
  max,
  format,
}: TrendProps) {
  const known = points.filter(({ value }) => value !== undefined);
  const first = known[0];
  const last = known[known.length - 1];
  const shape = { width: WIDTH, height: HEIGHT, max };
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.title}>{title}</figcaption>
      <div className={styles.plot}>
        <span className={styles.axis} aria-hidden>
          <span>{format(max)}</span>
          <span>{format(0)}</span>
        </span>
        <svg
          className={styles.chart}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={
            first && last
              ? `${title}: ${format(first.value!)} on ${first.date}, ${format(last.value!)} on ${last.date}`
              : `${title}: nothing measured yet`
          }
        >
          <line
            className={styles.ground}
            x1="0"
            x2={WIDTH}
            y1={HEIGHT}
            y2={HEIGHT}
          />
          {segmentsOf(points, shape).map(segment => (
            <polyline
              key={segment}
              className={styles.line}
              points={segment}
              vectorEffect="non-scaling-stroke"
            />
          ))}
        </svg>
      </div>
      {first && last && (
        <p className={styles.days} aria-hidden>
          <span>{points[0].date}</span>
          <span>{points[points.length - 1].date}</span>
        </p>
      )}
      <details className={styles.twin}>
        <summary>As a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">{when}</th>
              <th scope="col">{title}</th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ date, value }) => (
              <tr key={date}>
                <th scope="row">{date}</th>
                <td>{value === undefined ? 'Not measured' : format(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
