import { Alert, Button } from '@backstage/ui';
import type { ReactNode } from 'react';
import { describeError } from './describeError';

/** @public */
export interface ErrorStateProps {
  /** What failed, for example "The databases could not be loaded". */
  title: string;
  error: unknown;
  /** Offers to try again. What the person typed stays with whoever renders this. */
  onRetry?: () => void;
  /** A further way on, for example a link to who can help. */
  action?: ReactNode;
}

/**
 * Says what failed and why, and offers to try again.
 *
 * @public
 */
export function ErrorState({ title, error, onRetry, action }: ErrorStateProps) {
  return (
    <div role="alert">
      <Alert
        status="danger"
        icon
        title={title}
        description={describeError(error).cause}
        customActions={
          onRetry || action ? (
            <>
              {action}
              {onRetry && (
                <Button size="small" variant="secondary" onPress={onRetry}>
                  Try again
                </Button>
              )}
            </>
          ) : undefined
        }
      />
    </div>
  );
}
