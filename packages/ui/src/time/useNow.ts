import { useEffect, useState } from 'react';

/**
 * The current time in milliseconds, which renders again as it passes.
 *
 * @param everyMs - How often; nothing is scheduled when it is undefined.
 */
export function useNow(everyMs: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (everyMs === undefined) {
      return undefined;
    }
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
