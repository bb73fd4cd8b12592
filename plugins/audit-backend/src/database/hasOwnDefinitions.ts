import type { Knex } from 'knex';
import { createHash } from 'node:crypto';

/**
 * What {@link readDefinitions} gives of a trail as `handover.sql` of this version leaves it. A test says what it must be when
 * that file changes.
 */
const OWN = '68e69fafafc9e2295aead49d72f97abd89b098d0aa0fabf4f29fb190956304f5';

/** Whether everything in the schema of the trail is what `handover.sql` of this version makes, and nothing else is there. */
export async function hasOwnDefinitions(knex: Knex): Promise<boolean> {
  return fingerprint(await readDefinitions(knex)) === OWN;
}

/** One text for all of them. */
export function fingerprint(definitions: string[]): string {
  return createHash('sha256').update(definitions.join('\n')).digest('hex');
}

/** All that could run or let somebody write, a line each: what is written about an object by its maker is not believed. */
export async function readDefinitions(knex: Knex): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { line: string }[] }>(`
    WITH s AS (SELECT * FROM pg_namespace WHERE nspname = 'slipway_audit'),
    relations AS (SELECT c.* FROM pg_class c JOIN s ON c.relnamespace = s.oid),
    parts AS (
      SELECT 'pg_class'::regclass AS classid, oid AS objid FROM relations
      UNION SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid IN (SELECT oid FROM relations)
      UNION SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM relations)
    ),
    lines AS (
      SELECT concat_ws(' ', 'function', p.proname, pg_get_function_identity_arguments(p.oid), l.lanname, p.prosecdef,
        array_to_string(p.proconfig, ','), p.proowner = s.nspowner, encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex')) AS line
        FROM pg_proc p JOIN s ON p.pronamespace = s.oid JOIN pg_language l ON l.oid = p.prolang
      UNION ALL
      SELECT concat_ws(' ', 'relation', relname, relkind::text, relpersistence::text, relrowsecurity, relforcerowsecurity,
        relowner = s.nspowner) FROM relations, s
      UNION ALL
      SELECT concat_ws(' ', 'trigger', t.tgname, t.tgenabled::text, t.tgtype, t.tgrelid::regclass, t.tgfoid::regproc,
        t.tgattr, t.tgqual IS NULL)
        FROM pg_trigger t WHERE t.tgrelid IN (SELECT oid FROM relations)
      UNION ALL
      SELECT concat_ws(' ', 'rule', rulename) FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM relations)
      UNION ALL
      SELECT concat_ws(' ', 'policy', polname) FROM pg_policy WHERE polrelid IN (SELECT oid FROM relations)
      UNION ALL
      SELECT concat_ws(' ', 'inherits', inhrelid::regclass) FROM pg_inherits
       WHERE inhrelid IN (SELECT oid FROM relations) OR inhparent IN (SELECT oid FROM relations)
      UNION ALL
      SELECT 'other ' || pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_depend d, s
       WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = s.oid
         AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass)
      UNION ALL
      SELECT concat_ws(' ', 'condition', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
       WHERE conrelid IN (SELECT oid FROM relations) AND contype = 'c'
      UNION ALL
      SELECT concat_ws(' ', 'computed', adrelid::regclass, adnum, pg_get_expr(adbin, adrelid)) FROM pg_attrdef
       WHERE adrelid IN (SELECT oid FROM relations)
      UNION ALL
      SELECT concat_ws(' ', 'index', indexrelid::regclass) FROM pg_index
       WHERE indrelid IN (SELECT oid FROM relations) AND (indexprs IS NOT NULL OR indpred IS NOT NULL)
      UNION ALL
      SELECT concat_ws(' ', 'statistics', stxname) FROM pg_statistic_ext WHERE stxrelid IN (SELECT oid FROM relations)
      UNION ALL
      -- Only what is not Postgres' own has dependencies.
      SELECT concat_ws(' ', 'uses', pg_describe_object(d.refclassid, d.refobjid, 0)) FROM pg_depend d
        JOIN parts USING (classid, objid)
       WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass,
         'pg_collation'::regclass, 'pg_cast'::regclass)
      UNION ALL
      SELECT concat_ws(' ', 'right', g.grantee, g.privilege_type) FROM s, LATERAL (
        SELECT a.* FROM aclexplode(s.nspacl) a
        UNION ALL SELECT a.* FROM relations c, aclexplode(c.relacl) a
        UNION ALL SELECT a.* FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid IN (SELECT oid FROM relations)
        UNION ALL SELECT a.* FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         WHERE p.pronamespace = s.oid
      ) g
       WHERE g.grantee <> s.nspowner
         AND NOT (g.grantee = current_user::regrole AND g.privilege_type IN ('SELECT', 'USAGE', 'EXECUTE'))
    )
    SELECT line FROM lines ORDER BY line COLLATE "C"`);
  return rows.map(({ line }) => line);
}
