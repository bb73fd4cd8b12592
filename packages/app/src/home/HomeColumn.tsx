import { ErrorState, PageSkeleton } from '@slipway/ui';
import { type ReactNode, useId } from 'react';
import styles from './HomePage.module.css';

/** A column of the home page, while it loads, when it failed, and when it is there. */
export function HomeColumn<T>(props: {
  title: string;
  /** What is loaded, for example "what needs you". */
  subject: string;
  state: { value?: T; error?: Error; retry: () => void };
  children: (value: T) => ReactNode;
}) {
  const { title, subject, state, children } = props;
  const headingId = useId();
  return (
    <section className={styles.column} aria-labelledby={headingId}>
      <h2 id={headingId} className={styles.heading}>
        {title}
      </h2>
      {state.error ? (
        <ErrorState
          title={`Could not load ${subject}`}
          error={state.error}
          onRetry={state.retry}
        />
      ) : (
        (state.value !== undefined && children(state.value)) || (
          <PageSkeleton label={subject} rows={5} />
        )
      )}
    </section>
  );
}
