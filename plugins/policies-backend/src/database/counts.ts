import { WAIVER_JOIN } from './waiverJoin';

/**
 * Pairs of an owner and a policy with how often the policy was asked, and in how many things it has something against,
 * waived or not. Something that was found since the sweep counts as asked.
 */
export const COUNTS = `
  SELECT owner, policy,
    GREATEST(COALESCE(c.checked, 0), COALESCE(f.violating, 0) + COALESCE(f.waived, 0))::int AS checked,
    COALESCE(f.violating, 0)::int AS violating, COALESCE(f.waived, 0)::int AS waived
  FROM policy_checks AS c FULL JOIN (
    SELECT owner, policy, count(*) FILTER (WHERE violating) AS violating, count(*) FILTER (WHERE NOT violating) AS waived
    FROM (
      SELECT COALESCE(v.owner, '') AS owner, v.policy, bool_or(w.id IS NULL) AS violating
      FROM policy_violations AS v ${WAIVER_JOIN}
      WHERE v.resolved_at IS NULL
      GROUP BY 1, 2, v.source, v.object_id
    ) AS pairs
    GROUP BY 1, 2
  ) AS f USING (owner, policy)`;
