import { useEffect, useState } from 'react';

/**
 * False until the given time has passed since the component appeared.
 *
 * @public
 */
export function useDelayed(milliseconds: number): boolean {
  const [isDue, setIsDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsDue(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return isDue;
}
