import type {
  JudgedFinding,
  PolicyFinding,
  RequestIdentity,
  WaivedBy,
} from '@slipway/plugin-policies-common';
import type { Knex } from 'knex';

/** A waiver as far as it decides what it covers. */
export interface CoveringRow {
  id: string;
  policy: string;
  field: string | null;
  reason: string;
  owner: string;
  expires_at: Date;
}

/**
 * Waivers in force for some policies that cover a request, by the database's clock: they end by themselves.
 */
export async function findCovering(
  knex: Knex,
  policies: readonly string[],
  about: RequestIdentity,
): Promise<CoveringRow[]> {
  const query = knex('policy_waivers')
    .select('id', 'policy', 'field', 'reason', 'owner', 'expires_at')
    .whereIn('policy', [...policies])
    .where({ scope_kind: about.kind })
    .whereNotNull('granted_at')
    .whereNull('ended_at')
    .whereRaw('expires_at > clock_timestamp()')
    // The one that lasts longest is named.
    .orderBy('expires_at', 'desc');
  for (const [column, value] of [
    ['scope_name', about.name],
    ['scope_owner', about.owner],
    ['scope_entity_ref', about.entityRef],
    ['scope_environment', about.environment],
  ] as const) {
    query.where(nested => {
      nested.whereNull(column);
      if (value !== undefined) nested.orWhere({ [column]: value });
    });
  }
  return query;
}

/** Names the waiver that covers each finding. */
export function coverFindings(
  findings: readonly PolicyFinding[],
  waivers: readonly CoveringRow[],
): JudgedFinding[] {
  return findings.map(finding => {
    const waiver = waivers.find(
      ({ policy, field }) =>
        policy === finding.policy &&
        (field === null || field === finding.field),
    );
    return waiver ? { ...finding, waivedBy: toWaivedBy(waiver) } : finding;
  });
}

export function toWaivedBy(
  row: Omit<CoveringRow, 'policy' | 'field'>,
): WaivedBy {
  const { id, reason, owner, expires_at } = row;
  return { id, reason, owner, expiresAt: expires_at.toISOString() };
}

/**
 * What changes whenever a waiver begins or ends, also by itself; for caches of what was answered.
 */
export async function readWaiversVersion(knex: Knex): Promise<string> {
  const row = await knex('policy_waivers')
    .whereNotNull('granted_at')
    .whereNull('ended_at')
    .whereRaw('expires_at > clock_timestamp()')
    .first(
      knex.raw(`COALESCE(md5(string_agg(id::text, ',' ORDER BY id)), '') AS v`),
    );
  return String((row as unknown as { v: string }).v);
}
