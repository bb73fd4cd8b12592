import { randomUUID } from 'node:crypto';
import {
  identify,
  type PolicyFinding,
  type PolicyMode,
} from '@slipway/plugin-policies-common';
import type { PolicyObject } from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import { countInPlace, type Checks } from './checks';
import { holdLook, recordLooks, type Look } from './looks';

const SEVERITY: Record<PolicyMode, number> = { deny: 0, warn: 1, audit: 2 };
const TEXT_MAX = 2_000;

/** What the policies have against something that exists. */
export interface ObjectFindings {
  source: string;
  object: PolicyObject;
  findings: readonly PolicyFinding[];
}

/**
 * Stores what was found: what is open stays with the time at which it was first seen, what is new is added. Nothing is
 * resolved by this.
 *
 * @param sweep - the number of the sweep that saw it
 */
export async function storeFindings(
  knex: Knex,
  sweep: number,
  found: readonly ObjectFindings[],
): Promise<void> {
  const rows = found.flatMap(toRows);
  if (rows.length === 0) return;
  await knex.raw(
    `INSERT INTO policy_violations (id, source, object_id, kind, name, entity_ref, link, owner, environment, policy, title,
        digest, mode, severity, validation, field, message, reason, comply, failed, first_seen, last_seen, sweep)
      SELECT id, source, object_id, kind, name, entity_ref, link, owner, environment, policy, title,
        digest, mode, severity, validation, field, message, reason, comply, failed, now(), now(), ?
      FROM jsonb_to_recordset(?::jsonb) AS t(id uuid, source text, object_id text, kind text, name text, entity_ref text,
        link text, owner text, environment text, policy text, title text, digest text, mode text, severity int,
        validation int, field text, message text, reason text, comply text, failed boolean)
      ORDER BY source, object_id, policy, validation
      ON CONFLICT (source, object_id, policy, COALESCE(validation, -1)) WHERE resolved_at IS NULL
      DO UPDATE SET kind = EXCLUDED.kind, name = EXCLUDED.name, entity_ref = EXCLUDED.entity_ref, link = EXCLUDED.link,
        owner = EXCLUDED.owner, environment = EXCLUDED.environment, title = EXCLUDED.title, digest = EXCLUDED.digest,
        mode = EXCLUDED.mode, severity = EXCLUDED.severity, field = EXCLUDED.field, message = EXCLUDED.message,
        reason = EXCLUDED.reason, comply = EXCLUDED.comply, failed = EXCLUDED.failed, last_seen = EXCLUDED.last_seen,
        sweep = GREATEST(policy_violations.sweep, EXCLUDED.sweep),
        -- Who takes a thing over is told of what it has.
        told_at = CASE WHEN policy_violations.owner IS NOT DISTINCT FROM EXCLUDED.owner
          THEN policy_violations.told_at END`,
    [sweep, JSON.stringify(rows)],
  );
}

/** Stores what was found about one thing and what was checked, in the place of what was before. */
export async function replaceFindings(
  knex: Knex,
  look: Look,
  found: Omit<ObjectFindings, 'object'> & {
    id: string;
    /** Undefined when it is gone. */
    object?: PolicyObject;
    checks: Checks;
  },
): Promise<void> {
  const { source, id, object, findings, checks } = found;
  await knex.transaction(async trx => {
    const open: { id: string; policy: string; validation: number | null }[] =
      await trx('policy_violations')
        .where({ source, object_id: id })
        .whereNull('resolved_at')
        .orderBy('id')
        .forUpdate()
        .select('id', 'policy', 'validation');
    const key = (policy: string, validation?: number | null) =>
      `${policy}/${validation ?? -1}`;
    const seen = new Set(findings.map(f => key(f.policy, f.validation)));
    await trx('policy_violations')
      .whereIn(
        'id',
        open
          .filter(each => !seen.has(key(each.policy, each.validation)))
          .map(each => each.id),
      )
      .update({ resolved_at: trx.fn.now() });
    if (object) {
      await storeFindings(trx, look.number, [{ source, object, findings }]);
    }
    const before = await holdLook(trx, look, source, id);
    if (object) {
      await recordLooks(trx, look, [{ source, object, checks }]);
    } else {
      await trx('policy_looks').where({ source, object_id: id }).delete();
    }
    if (before !== 'unknown') {
      const owner =
        object && identify({ ...object.request, operation: 'exists' }).owner;
      await countInPlace(trx, before, object && { owner: owner ?? '', checks });
    }
  });
}

function toRows({ source, object, findings }: ObjectFindings) {
  const { kind, name, owner, environment, entityRef } = identify({
    ...object.request,
    operation: 'exists',
  });
  return findings.map(finding => ({
    id: randomUUID(),
    source,
    object_id: object.id,
    kind,
    name: (name ?? object.id).slice(0, TEXT_MAX),
    entity_ref: entityRef ?? null,
    link: object.link ?? null,
    owner: owner ?? null,
    environment: environment ?? null,
    policy: finding.policy,
    title: finding.title,
    digest: finding.digest,
    mode: finding.mode,
    severity: SEVERITY[finding.mode],
    validation: finding.validation ?? null,
    field: finding.field ?? null,
    // Text of what is judged may be in it, and Postgres takes no NUL.
    message: finding.message.replaceAll('\0', '').slice(0, TEXT_MAX),
    reason: finding.reason,
    comply: finding.comply,
    failed: finding.failed,
  }));
}
