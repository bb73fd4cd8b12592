import { useApiHolder } from '@backstage/frontend-plugin-api';
import type {
  JudgedFinding,
  PolicyAnswer,
  PolicyRequest,
} from '@slipway/plugin-policies-common';
import { useEffect, useRef, useState } from 'react';
import { policiesApiRef } from '../api/PoliciesApi';
import type { PolicyFix } from '../findings/PolicyFindings';

/** Asked at once at most: a form offers few choices. */
const TRIED_AT_MOST = 6;

/**
 * Something else that the person could choose.
 * @public
 */
export interface PolicyAlternative extends PolicyFix {
  /** What would be asked then. */
  request: PolicyRequest;
}

/**
 * Those of the alternatives that would comply: with them, a finding at their field is gone and none that refuses has come
 * instead. Nothing is asked while no finding is at such a field.
 *
 * @public
 */
export function useFixes(
  answer: PolicyAnswer | undefined,
  alternatives: readonly PolicyAlternative[],
): PolicyFix[] {
  const api = useApiHolder().get(policiesApiRef);
  const found = (answer?.findings ?? []).filter(
    ({ waivedBy, mode }) => !waivedBy && mode !== 'audit',
  );
  const fields = new Set(found.map(({ field }) => field));
  const tried = alternatives
    .filter(({ field }) => fields.has(field))
    .slice(0, TRIED_AT_MOST);
  const key = tried.length > 0 ? JSON.stringify([found, tried]) : undefined;
  const [complying, setComplying] = useState<{ key: string; at: number[] }>();
  const latest = useRef({ found, tried });
  latest.current = { found, tried };

  useEffect(() => {
    if (!api || key === undefined) {
      return undefined;
    }
    const controller = new AbortController();
    const asked = latest.current;
    Promise.all(
      asked.tried.map(async ({ field, request }, at) => {
        const then = await api.evaluate(request, controller);
        return isBetter(asked.found, then.findings, field) ? [at] : [];
      }),
    ).then(
      at => controller.signal.aborted || setComplying({ key, at: at.flat() }),
      // Only an offer: how to comply is said in words as well.
      () => undefined,
    );
    return () => controller.abort();
  }, [api, key]);

  return complying && complying.key === key
    ? tried.filter((_, at) => complying.at.includes(at))
    : [];
}

function isBetter(
  before: readonly JudgedFinding[],
  after: readonly JudgedFinding[],
  field: string,
): boolean {
  const nameOf = ({ policy, validation }: JudgedFinding) =>
    `${policy}:${validation}`;
  const known = new Set(before.map(nameOf));
  const open = after.filter(
    ({ waivedBy, mode }) => !waivedBy && mode !== 'audit',
  );
  return (
    !open.some(finding => finding.field === field) &&
    !open.some(
      finding => finding.mode === 'deny' && !known.has(nameOf(finding)),
    )
  );
}
