import type { ErrorDisplayProps } from '@backstage/frontend-plugin-api';
import { ErrorState } from '@slipway/ui';
import styles from './Shell.module.css';

/** What is shown in the place of a part of a page that failed. */
export function ExtensionError({
  plugin,
  error,
  resetError,
}: ErrorDisplayProps) {
  return (
    <div className={styles.failure}>
      {isLoadFailure(error) ? (
        <ErrorState
          title="This part of the portal could not be loaded"
          error="The portal was not reachable, or has a new version. Load the page again."
          // The browser remembers that the file failed: asking for it again takes a new page.
          onRetry={() => window.location.reload()}
        />
      ) : (
        <ErrorState
          title={`${plugin?.title ?? plugin?.id ?? 'This part of the page'} failed`}
          error={error}
          onRetry={resetError}
        />
      )}
    </div>
  );
}

/** Whether a file of the app did not arrive: the portal was restarting, or its files have other names now. */
function isLoadFailure(error: Error): boolean {
  return (
    error.name === 'ChunkLoadError' ||
    /Loading (CSS )?chunk \S+ failed|dynamically imported module/i.test(
      error.message,
    )
  );
}
