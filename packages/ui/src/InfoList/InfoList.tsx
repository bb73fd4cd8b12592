import type { ReactNode } from 'react';
import styles from './InfoList.module.css';

/** @public */
export interface InfoListProps {
  /** Pairs in the order in which they are read. Pairs without a value are left out. */
  items: ReadonlyArray<{ label: string; value: ReactNode }>;
}

/**
 * Facts as label and value.
 *
 * @public
 */
export function InfoList({ items }: InfoListProps) {
  return (
    <dl className={styles.list}>
      {items
        .filter(({ value }) => value !== undefined && value !== null)
        .map(({ label, value }) => (
          <div key={label} className={styles.pair}>
            <dt className={styles.label}>{label}</dt>
            <dd className={styles.value}>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
