import { toError } from '@backstage/errors';
import { compliancePath, waiverPath } from '@slipway/plugin-policies-common';
import { type PoliciesApi } from '@slipway/plugin-policies-react';
import type { Needs } from './loadNeeds';

const POLICIES_SHOWN = 5;
const WAIVERS_LOOKED_AT = 100;
const SOON_MS = 7 * 86_400_000;
/** What is only noted for the platform team is none of theirs. */
const SEVERITIES = ['deny', 'warn'];

/** What the person's groups own and policies do not allow, counted by policy, and their waivers that end soon. */
export async function violationsOfMine(
  policiesApi: Pick<PoliciesApi, 'getCompliance' | 'listWaivers'>,
  now = new Date(),
): Promise<Needs> {
  const sources = await Promise.allSettled([
    violations(policiesApi, now),
    waiversAboutToEnd(policiesApi, now),
  ]);
  return {
    needs: sources.flatMap(source =>
      source.status === 'fulfilled' ? source.value : [],
    ),
    errors: sources.flatMap(source =>
      source.status === 'rejected' ? [toError(source.reason)] : [],
    ),
  };
}

async function violations(
  policiesApi: Pick<PoliciesApi, 'getCompliance'>,
  now: Date,
): Promise<Needs['needs']> {
  const today = now.toISOString().slice(0, 10);
  const { byPolicy } = await policiesApi.getCompliance({
    mine: true,
    from: today,
    to: today,
  });
  return byPolicy
    .filter(({ mode, violating }) => violating > 0 && SEVERITIES.includes(mode))
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(a.mode) - SEVERITIES.indexOf(b.mode) ||
        b.violating - a.violating,
    )
    .slice(0, POLICIES_SHOWN)
    .map(({ policy, title, mode, violating }) => ({
      key: `violations:${policy}:${violating}`,
      title: `Compliance: ${title}`,
      href: compliancePath({ mine: true, policy: [policy], waived: false }),
      status: mode === 'deny' ? 'not-allowed' : 'needs-attention',
      detail:
        violating === 1
          ? 'One violation in what is yours.'
          : `${violating} violations in what is yours.`,
    }));
}

async function waiversAboutToEnd(
  policiesApi: Pick<PoliciesApi, 'listWaivers'>,
  now: Date,
): Promise<Needs['needs']> {
  const { items } = await policiesApi.listWaivers({
    state: ['granted'],
    mine: true,
    limit: WAIVERS_LOOKED_AT,
  });
  return items
    .filter(({ expiresAt }) => Date.parse(expiresAt) - now.getTime() < SOON_MS)
    .sort((a, b) => a.expiresAt.localeCompare(b.expiresAt))
    .map(({ id, policyTitle, scope, expiresAt }) => ({
      key: `waiver:${id}`,
      title: `Waiver: ${policyTitle}`,
      href: waiverPath(id),
      status: 'expiring',
      detail: `For ${scope.name ?? scope.entityRef ?? scope.kind}. Comply, or ask for another. Ends`,
      at: expiresAt,
    }));
}
