/**
 * Joins the waiver that covers a row of `policy_violations AS v` now, as `w`: the same decision as `findCovering` makes
 * for a request. By the database's clock, so that a waiver that has ended covers nothing, swept or not.
 */
export const WAIVER_JOIN = `
  LEFT JOIN LATERAL (
    SELECT id, reason, owner, expires_at FROM policy_waivers
    WHERE policy = v.policy AND scope_kind = v.kind
      AND granted_at IS NOT NULL AND ended_at IS NULL AND expires_at > clock_timestamp()
      AND (field IS NULL OR field = v.field)
      AND (scope_name IS NULL OR scope_name = v.name)
      AND (scope_owner IS NULL OR scope_owner = v.owner)
      AND (scope_entity_ref IS NULL OR scope_entity_ref = v.entity_ref)
      AND (scope_environment IS NULL OR scope_environment = v.environment)
    ORDER BY expires_at DESC LIMIT 1
  ) AS w ON true`;
