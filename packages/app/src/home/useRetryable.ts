import useAsyncRetry from 'react-use/esm/useAsyncRetry';

/** Loads something that can be asked for again; waits while `load` is not known yet. */
export function useRetryable<T>(
  load: (() => Promise<T>) | undefined,
  deps: unknown[],
): { value?: T; error?: Error; retry: () => void } {
  const { value, error, loading, retry } = useAsyncRetry(
    async () => load?.(),
    deps,
  );
  return { value, error: loading ? undefined : error, retry };
}
