import useAsyncRetry from 'react-use/esm/useAsyncRetry';

/**
 * What was asked for, as far as it has come. The last value stays while it is asked for again.
 *
 * @public
 */
export interface Loaded<T> {
  value?: T;
  /** Only when nothing is being asked for. */
  error?: Error;
  reload: () => void;
}

/**
 * Asks for something, again when `deps` change.
 *
 * @public
 */
export function useLoaded<T>(
  load: () => Promise<T>,
  deps: unknown[],
): Loaded<T> {
  const { value, error, loading, retry } = useAsyncRetry(load, deps);
  return { value, error: loading ? undefined : error, reload: retry };
}
