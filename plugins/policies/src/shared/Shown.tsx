import { ErrorState, type Loaded, PageSkeleton } from '@slipway/ui';
import type { ReactNode } from 'react';

/** What was asked for, once it is there; else that it comes, or why it does not. */
export function Shown<T>(props: {
  loaded: Loaded<T>;
  /** For example "violations". */
  what: string;
  rows?: number;
  action?: ReactNode;
  children: (value: T) => ReactNode;
}) {
  const { loaded, what, rows, action, children } = props;
  if (loaded.error) {
    return (
      <ErrorState
        title={`The ${what} could not be loaded`}
        error={loaded.error}
        onRetry={loaded.reload}
        action={action}
      />
    );
  }
  return loaded.value === undefined ? (
    <PageSkeleton label={what} rows={rows} />
  ) : (
    <>{children(loaded.value)}</>
  );
}
