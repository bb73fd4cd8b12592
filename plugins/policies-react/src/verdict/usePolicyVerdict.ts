import { useApiHolder } from '@backstage/frontend-plugin-api';
import type {
  PolicyAnswer,
  PolicyRequest,
} from '@slipway/plugin-policies-common';
import { useCallback, useEffect, useState } from 'react';
import { policiesApiRef } from '../api/PoliciesApi';

/** So long nobody types before it is asked. */
const QUIET_MS = 300;

/** @public */
export interface PolicyVerdict {
  /** About what is asked now, or the last answer while the next one is on its way. */
  answer?: PolicyAnswer;
  /** Whether the answer is about something that was changed since. */
  isAsking: boolean;
  /** Why the policies could not be asked. The service asks them again in any case. */
  error?: Error;
  retry: () => void;
}

interface Asked {
  key: string;
  attempt: number;
  answer?: PolicyAnswer;
  error?: Error;
}

/**
 * What the policies say about a request while somebody types it. Answers about what was typed before
 * are dropped. Says nothing in an installation without policies.
 *
 * @param request - undefined while there is nothing to ask about
 * @public
 */
export function usePolicyVerdict(
  request: PolicyRequest | undefined,
): PolicyVerdict {
  const api = useApiHolder().get(policiesApiRef);
  const key = request && api ? JSON.stringify(request) : undefined;
  const [attempt, setAttempt] = useState(0);
  const [asked, setAsked] = useState<Asked>();

  useEffect(() => {
    if (!api || key === undefined) {
      setAsked(undefined);
      return undefined;
    }
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await api.evaluate(JSON.parse(key), controller);
        if (!controller.signal.aborted) {
          setAsked({ key, attempt, answer });
        }
      } catch (error) {
        if (!controller.signal.aborted) {
          setAsked({ key, attempt, error: error as Error });
        }
      }
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [api, key, attempt]);

  const retry = useCallback(() => setAttempt(number => number + 1), []);
  const isAsking =
    key !== undefined && (asked?.key !== key || asked.attempt !== attempt);
  return {
    answer: key === undefined ? undefined : asked?.answer,
    isAsking,
    error: isAsking || key === undefined ? undefined : asked?.error,
    retry,
  };
}
