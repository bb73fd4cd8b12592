import { Link, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

/** @public */
export interface EmptyStateProps {
  /** One sentence that invites: what would be here and why one would want it. */
  title: string;
  /** The one button that leads on. */
  action?: ReactNode;
  /** Where to read more. */
  docs?: { href: string; label: string };
}

/**
 * Stands where nothing is yet: one sentence, one button, one link.
 *
 * @public
 */
export function EmptyState({ title, action, docs }: EmptyStateProps) {
  return (
    <div className={styles.root}>
      <Text as="p" variant="body-medium" color="secondary">
        {title}
      </Text>
      {(action || docs) && (
        <div className={styles.ways}>
          {action}
          {docs && <Link href={docs.href}>{docs.label}</Link>}
        </div>
      )}
    </div>
  );
}
