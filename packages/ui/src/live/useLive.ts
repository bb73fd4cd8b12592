import { useSignal } from '@backstage/plugin-signals-react';
import { useEffect, useRef } from 'react';

const QUIET_MS = 100;

/**
 * Calls back when the service says that something changed, and when the person comes back to the
 * page: a signal may be lost while the connection sleeps. Several at once count as one.
 *
 * @public
 */
export function useLive(channel: string, onNews: () => void): void {
  const { lastSignal } = useSignal(channel);
  const latest = useRef(onNews);
  latest.current = onNews;

  useEffect(() => {
    if (!lastSignal) {
      return undefined;
    }
    const timer = setTimeout(() => latest.current(), QUIET_MS);
    return () => clearTimeout(timer);
  }, [lastSignal]);

  useEffect(() => {
    const onVisible = () => {
      if (document.visibilityState === 'visible') {
        latest.current();
      }
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, []);
}
