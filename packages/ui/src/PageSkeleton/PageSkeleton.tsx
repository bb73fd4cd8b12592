import { Skeleton } from '@backstage/ui';
import { useDelayed } from './useDelayed';
import styles from './PageSkeleton.module.css';

/** @public */
export interface PageSkeletonProps {
  /** What is being loaded, for example "databases"; said to people who do not see. */
  label: string;
  /** How many rows will come, about. Default 6. */
  rows?: number;
}

/**
 * The shape of a list that is on its way. Appears after 150 ms, so that what comes quickly does
 * not flicker.
 *
 * @public
 */
export function PageSkeleton({ label, rows = 6 }: PageSkeletonProps) {
  const isDue = useDelayed(150);
  return (
    <div role="status" aria-label={`Loading ${label}`} className={styles.root}>
      {isDue &&
        Array.from({ length: rows }, (_, row) => (
          <Skeleton
            key={row}
            height={20}
            width={`${92 - ((row * 17) % 40)}%`}
          />
        ))}
    </div>
  );
}
