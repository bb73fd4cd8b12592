import { storageApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useMemo } from 'react';
import useObservable from 'react-use/esm/useObservable';

const KEY = 'dismissed';
/** The oldest are forgotten: what they spoke of is history by then. */
const KEPT_AT_MOST = 200;

/**
 * What the person has put aside on the home page. Kept with the person's settings, so that it holds
 * on every device.
 */
export function useDismissed() {
  const storageApi = useApi(storageApiRef);
  const { bucket, changes } = useMemo(() => {
    const home = storageApi.forBucket('slipway-home');
    return { bucket: home, changes: home.observe$<string[]>(KEY) };
  }, [storageApi]);
  const { value } = useObservable(changes, bucket.snapshot<string[]>(KEY));
  const keys = value ?? [];
  return {
    isDismissed: (key: string) => keys.includes(key),
    dismiss: (dismissed: readonly string[]) =>
      bucket.set(
        KEY,
        [...keys.filter(key => !dismissed.includes(key)), ...dismissed].slice(
          -KEPT_AT_MOST,
        ),
      ),
    restore: (restored: readonly string[]) =>
      bucket.set(
        KEY,
        keys.filter(key => !restored.includes(key)),
      ),
  };
}
