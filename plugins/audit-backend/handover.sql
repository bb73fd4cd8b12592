-- Hands the audit trail over to a role that nobody logs in as: from then on the portal can add to it and read it, and
-- neither change it nor take anything away. Run it in the database of the audit plugin (slipway_audit), after the portal's
-- first start and again after each update of Slipway: as a superuser, or as a role that may create roles and databases and
-- is a member of the portal's role. No entry is touched.
--
-- Until now the portal's role could leave anything in the schema, and what belongs to the new owner runs with the owner's
-- rights. So nothing is taken over but four plain tables: whatever else there is, is refused by name, and the functions are
-- made anew from this file.
--
-- How long entries are kept at least is the owner's to say, since whoever has the portal's password could ask to drop them:
-- for ever, unless PGOPTIONS has said otherwise, as in PGOPTIONS='-c slipway.audit_retention=395days'; 'ever' takes it back.
BEGIN;
-- A function of the same name elsewhere is not called by mistake.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL client_min_messages = warning;

DO $handover$
DECLARE
  owner_role constant text := 'slipway_audit_owner';
  tables constant text[] := '{trail,events,heads,segments}';
  functions constant text[] := '{refuse,format_time,append,keep_head,close_segment,drop_segments}';
  expressions constant text[] := ARRAY['true', '0', '0::bigint', '''0''::bigint', 'gen_random_uuid()', 'clock_timestamp()', '''90 days''::interval',
    $$(((record)::jsonb ->> 'id'::text))::uuid$$, $$((record)::jsonb ->> 'operation'::text)$$,
    $$((record)::jsonb ->> 'plugin'::text)$$, $$((record)::jsonb ->> 'event'::text)$$,
    $$((record)::jsonb ->> 'severity'::text)$$, $$((record)::jsonb ->> 'outcome'::text)$$,
    $$((record)::jsonb #>> '{actor,ref}'::text[])$$, $$((record)::jsonb ->> 'subject'::text)$$,
    $$((record)::jsonb ->> 'correlationId'::text)$$];
  schema oid;
  portal text;
  owner_before name;
  others text;
  item record;
BEGIN
  SELECT oid, pg_get_userbyid(nspowner), pg_get_userbyid(nspowner) INTO schema, portal, owner_before
    FROM pg_namespace WHERE nspname = 'slipway_audit';
  IF portal IS NULL THEN
    RAISE EXCEPTION 'There is no audit trail in this database: start the portal first';
  END IF;
  IF portal = owner_role THEN
    -- Handed over before: then the portal is who may use it.
    SELECT string_agg(DISTINCT pg_get_userbyid(a.grantee), ', ') INTO portal
      FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.oid = schema AND a.grantee <> n.nspowner;
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = portal) THEN
      RAISE EXCEPTION 'Only the role of the portal should have rights to the schema slipway_audit, but these have: %', portal
        USING HINT = 'Revoke the rights of the others, and run this again.';
    END IF;
  END IF;

  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = owner_role) THEN
    EXECUTE format('CREATE ROLE %I NOLOGIN', owner_role);
  END IF;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = owner_role AND (rolcanlogin OR rolsuper)) THEN
    RAISE EXCEPTION 'The role % must neither log in nor be a superuser', owner_role;
  END IF;
  IF pg_has_role(portal, owner_role, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = portal) THEN
    RAISE EXCEPTION 'The role of the portal, %, can become %: revoke that', portal, owner_role;
  END IF;
  IF NOT pg_has_role(owner_role, 'USAGE') THEN
    EXECUTE format('GRANT %I TO CURRENT_USER', owner_role);
  END IF;

  LOCK TABLE slipway_audit.trail, slipway_audit.events, slipway_audit.heads, slipway_audit.segments
    IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('ALTER SCHEMA slipway_audit OWNER TO %I', owner_role);

  -- Functions under our names go, whatever they are, and with them what calls them.
  FOR item IN
    SELECT oid::regprocedure::text AS name FROM pg_proc WHERE pronamespace = schema AND proname = ANY (functions)
  LOOP
    EXECUTE format('DROP ROUTINE %s CASCADE', item.name);
  END LOOP;

  WITH ours AS (
    SELECT oid FROM pg_class
     WHERE relnamespace = schema AND relname = ANY (tables) AND relkind = 'r' AND relpersistence = 'p'
       AND NOT relrowsecurity AND NOT relforcerowsecurity
  ), parts AS (
    SELECT 'pg_class'::regclass AS classid, oid AS objid FROM ours
    UNION SELECT 'pg_class'::regclass, indexrelid FROM pg_index WHERE indrelid IN (TABLE ours)
    UNION SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid IN (TABLE ours)
    UNION SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid IN (TABLE ours)
  ), foreign_objects AS (
    -- In the schema, but not ours.
    SELECT classid, objid, objsubid FROM pg_depend
     WHERE refclassid = 'pg_namespace'::regclass AND refobjid = schema
       AND NOT (classid = 'pg_class'::regclass AND objid IN (TABLE ours))
    -- What would run when a table is used.
    UNION SELECT 'pg_trigger'::regclass, oid, 0 FROM pg_trigger
     WHERE tgrelid IN (TABLE ours) AND tgname NOT IN ('events_only_added_to', 'events_not_emptied')
    UNION SELECT 'pg_rewrite'::regclass, oid, 0 FROM pg_rewrite WHERE ev_class IN (TABLE ours)
    UNION SELECT 'pg_policy'::regclass, oid, 0 FROM pg_policy WHERE polrelid IN (TABLE ours)
    -- What would add rows to one.
    UNION SELECT 'pg_class'::regclass, inhrelid, 0 FROM pg_inherits
     WHERE inhrelid IN (TABLE ours) OR inhparent IN (TABLE ours)
    -- What is computed when a table is used. Postgres' own functions are no better than others: some run what a text says.
    UNION SELECT 'pg_constraint'::regclass, oid, 0 FROM pg_constraint
     WHERE conrelid IN (TABLE ours) AND contype = 'c' AND pg_get_constraintdef(oid) <> 'CHECK (singleton)'
    UNION SELECT 'pg_attrdef'::regclass, oid, 0 FROM pg_attrdef
     WHERE adrelid IN (TABLE ours) AND pg_get_expr(adbin, adrelid) <> ALL (expressions)
    UNION SELECT 'pg_class'::regclass, indexrelid, 0 FROM pg_index
     WHERE indrelid IN (TABLE ours) AND (indexprs IS NOT NULL OR indpred IS NOT NULL)
    UNION SELECT 'pg_statistic_ext'::regclass, oid, 0 FROM pg_statistic_ext WHERE stxrelid IN (TABLE ours)
    -- Columns and indexes that use what is not Postgres' own: only that has dependencies.
    UNION SELECT d.classid, d.objid, d.objsubid FROM pg_depend d JOIN parts USING (classid, objid)
     WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass,
       'pg_collation'::regclass, 'pg_cast'::regclass)
  )
  SELECT string_agg(pg_describe_object(classid, objid, objsubid), '; ' ORDER BY classid, objid) INTO others
    FROM foreign_objects;
  IF others IS NOT NULL THEN
    RAISE EXCEPTION 'In the schema slipway_audit there is what Slipway has not made: %', others
      USING HINT = 'Somebody may have left it there to change the trail. Find out who, drop it, and run this again.';
  END IF;

  FOR item IN SELECT unnest(tables) AS name LOOP
    EXECUTE format('ALTER TABLE slipway_audit.%I OWNER TO %I', item.name, owner_role);
  END LOOP;
  -- Whoever was given rights, by whomever.
  FOR item IN
    SELECT DISTINCT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS name
      FROM (
        SELECT a.grantee FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.oid = schema
        UNION SELECT a.grantee FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = schema
        UNION SELECT a.grantee FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
         WHERE c.relnamespace = schema
      ) granted
     WHERE grantee <> owner_role::regrole
  LOOP
    EXECUTE format('REVOKE ALL ON SCHEMA slipway_audit FROM %s CASCADE', item.name);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA slipway_audit FROM %s CASCADE', item.name);
  END LOOP;
  EXECUTE format('GRANT USAGE ON SCHEMA slipway_audit TO %I', portal);
  EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA slipway_audit TO %I', portal);
  PERFORM set_config('slipway.portal', portal, true);
  -- The first time with this version. Later what was said then holds until something else is said.
  PERFORM set_config('slipway.audit_first', (portal = owner_before OR EXISTS (
    SELECT 1 FROM pg_attribute WHERE attrelid = 'slipway_audit.trail'::regclass AND attname = 'minimum_retention' AND attnotnull
  ))::text, true);

  -- Whoever owns a database can drop it. Where plugins share one database it stays with the portal.
  IF EXISTS (SELECT 1 FROM pg_database WHERE datname = current_database() AND datdba = quote_ident(portal)::regrole)
    AND NOT EXISTS (
      SELECT 1 FROM pg_tables
       WHERE schemaname NOT IN ('slipway_audit', 'pg_catalog', 'information_schema')
         AND tablename NOT LIKE '%knex\_migrations%' AND tablename NOT LIKE 'backstage\_backend\_%'
    )
  THEN
    EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), owner_role);
    -- Lists of migrations, scheduled tasks and public keys are the portal's own.
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', portal);
  END IF;
END
$handover$;

-- >>> The functions. While the trail belongs to the portal's role a migration runs this part alone.

-- What was published when the segment was dropped, with those before it.
ALTER TABLE slipway_audit.segments ADD COLUMN IF NOT EXISTS drop_statement text;
-- Without a minimum nothing is dropped at all.
ALTER TABLE slipway_audit.trail ALTER COLUMN minimum_retention DROP NOT NULL;
COMMENT ON COLUMN slipway_audit.trail.minimum_retention IS
  'Nothing younger is dropped, whatever the portal asks for, and nothing at all when it is missing; changed by the owner only';

-- Entries are never changed, and leave only with their segment.
CREATE OR REPLACE FUNCTION slipway_audit.refuse() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT 1 FROM slipway_audit.segments
     WHERE dropped_at IS NOT NULL AND OLD.seq BETWEEN first_seq AND last_seq
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'restrict_violation';
END $$;

DROP TRIGGER IF EXISTS events_only_added_to ON slipway_audit.events;
CREATE TRIGGER events_only_added_to BEFORE UPDATE OR DELETE ON slipway_audit.events
  FOR EACH ROW EXECUTE FUNCTION slipway_audit.refuse();
DROP TRIGGER IF EXISTS events_not_emptied ON slipway_audit.events;
CREATE TRIGGER events_not_emptied BEFORE TRUNCATE ON slipway_audit.events
  FOR EACH STATEMENT EXECUTE FUNCTION slipway_audit.refuse();

CREATE OR REPLACE FUNCTION slipway_audit.format_time(t timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- Entries follow each other under the lock of the one row of "trail", in all replicas.
CREATE OR REPLACE FUNCTION slipway_audit.append(records text[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
  head slipway_audit.trail;
  entry text;
  added integer := 0;
BEGIN
  SELECT * INTO STRICT head FROM slipway_audit.trail FOR UPDATE;
  FOREACH entry IN ARRAY records LOOP
    IF entry ~ '[\n\r]' OR length(entry) > 65536 OR jsonb_typeof(entry::jsonb) <> 'object' THEN
      RAISE EXCEPTION 'an entry is one line of JSON, an object of at most 65536 characters'
        USING ERRCODE = 'data_exception';
    END IF;
    -- Sent again, because the answer was lost.
    CONTINUE WHEN EXISTS (
      SELECT 1 FROM slipway_audit.events WHERE id = (entry::jsonb ->> 'id')::uuid
    );
    head.head_seq := head.head_seq + 1;
    head.head_at := greatest(head.head_at, clock_timestamp());
    head.head_hash := encode(sha256(convert_to(concat_ws(E'\n',
      head.head_hash, head.head_seq, slipway_audit.format_time(head.head_at), entry), 'UTF8')), 'hex');
    INSERT INTO slipway_audit.events (seq, at, hash, record)
    VALUES (head.head_seq, head.head_at, head.head_hash, entry);
    added := added + 1;
  END LOOP;
  IF added > 0 THEN
    UPDATE slipway_audit.trail
       SET head_seq = head.head_seq, head_hash = head.head_hash, head_at = head.head_at;
  END IF;
  RETURN added;
END $$;

-- What is kept is a head that the portal has published: it names an entry and its hash, and was said before now.
CREATE OR REPLACE FUNCTION slipway_audit.keep_head(head_seq bigint, head_at timestamptz, statement text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said jsonb := statement::jsonb;
  known text;
BEGIN
  SELECT e.hash INTO known FROM slipway_audit.events e WHERE e.seq = keep_head.head_seq;
  IF known IS NULL THEN
    -- The newest entry may have been dropped with its segment.
    SELECT t.head_hash INTO known FROM slipway_audit.trail t WHERE t.head_seq = keep_head.head_seq;
  END IF;
  IF (
    length(statement) <= 4096
    AND jsonb_typeof(said) = 'object'
    AND said -> 'kind' = to_jsonb('head'::text)
    AND said -> 'trail' = (SELECT to_jsonb(t.id::text) FROM slipway_audit.trail t)
    AND said -> 'seq' = to_jsonb(keep_head.head_seq)
    AND said -> 'hash' = to_jsonb(known)
    AND (said ->> 'at')::timestamptz = head_at
    AND head_at <= clock_timestamp()
  ) IS NOT TRUE THEN
    RAISE EXCEPTION 'a head is a JSON object that names its trail, an entry of it, the hash of that entry and a time that has come'
      USING ERRCODE = 'data_exception';
  END IF;
  INSERT INTO slipway_audit.heads (seq, at, statement) VALUES (head_seq, head_at, statement)
  ON CONFLICT DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION slipway_audit.close_segment(last bigint, statement text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said jsonb := statement::jsonb;
  first bigint;
BEGIN
  -- One replica at a time.
  PERFORM 1 FROM slipway_audit.trail FOR UPDATE;
  SELECT coalesce(max(last_seq), 0) + 1 INTO first FROM slipway_audit.segments;
  IF last < first THEN
    RETURN false;
  END IF;
  IF (
    length(statement) <= 4096
    AND jsonb_typeof(said) = 'object'
    AND said -> 'kind' = to_jsonb('segment'::text)
    AND said -> 'trail' = (SELECT to_jsonb(t.id::text) FROM slipway_audit.trail t)
    AND said -> 'firstSeq' = to_jsonb(first)
    AND said -> 'seq' = to_jsonb(last)
    AND said -> 'hash' = (SELECT to_jsonb(e.hash) FROM slipway_audit.events e WHERE e.seq = last)
    AND (said ->> 'at')::timestamptz <= clock_timestamp()
  ) IS NOT TRUE THEN
    RAISE EXCEPTION 'the closing of a segment is a JSON object that names its trail, its first and last entry, the hash of the last and a time that has come'
      USING ERRCODE = 'data_exception';
  END IF;
  INSERT INTO slipway_audit.segments (first_seq, last_seq, last_hash, statement)
  SELECT first, last, hash, statement FROM slipway_audit.events WHERE seq = last;
  RETURN FOUND;
END $$;

-- What an interval compares as says nothing about the time that it leads to: '-1200 months 36090 days' compares as 90 days, and
-- that long before now is a time to come. So times are compared, and with the clock's, never with what was asked for alone.
-- The portal cannot be asked here whether it has signed the statement: the verifier asks that.
DROP FUNCTION IF EXISTS slipway_audit.drop_segments(interval);
CREATE OR REPLACE FUNCTION slipway_audit.drop_segments(older_than interval, statement text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said jsonb := drop_segments.statement::jsonb;
  newest slipway_audit.segments;
  segment slipway_audit.segments;
  minimum interval;
  youngest timestamptz;
  dropped integer := 0;
BEGIN
  -- One replica at a time.
  SELECT minimum_retention INTO STRICT minimum FROM slipway_audit.trail FOR UPDATE;
  IF (older_than >= minimum) IS NOT TRUE THEN
    RAISE EXCEPTION 'entries are kept for %', coalesce('at least ' || minimum, 'ever')
      USING ERRCODE = 'restrict_violation';
  END IF;
  youngest := clock_timestamp();
  youngest := least(youngest - older_than, youngest - minimum);
  SELECT s.* INTO newest FROM slipway_audit.segments s
   WHERE s.dropped_at IS NULL AND to_jsonb(s.last_seq) = said -> 'seq';
  IF (
    length(drop_segments.statement) <= 4096
    AND said -> 'kind' = to_jsonb('drop'::text)
    AND said -> 'trail' = (SELECT to_jsonb(t.id::text) FROM slipway_audit.trail t)
    AND said -> 'firstSeq' = (SELECT to_jsonb(min(s.first_seq)) FROM slipway_audit.segments s WHERE s.dropped_at IS NULL)
    AND said -> 'hash' = to_jsonb(newest.last_hash)
    AND said -> 'until' = (SELECT to_jsonb(slipway_audit.format_time(e.at)) FROM slipway_audit.events e WHERE e.seq = newest.last_seq)
    AND (said ->> 'at')::timestamptz <= clock_timestamp()
  ) IS NOT TRUE THEN
    RAISE EXCEPTION 'what is said of a drop is a JSON object that names its trail, its first and last entry, the hash and the time of the last and a time that has come'
      USING ERRCODE = 'data_exception';
  END IF;
  FOR segment IN
    SELECT s.* FROM slipway_audit.segments s
     WHERE s.dropped_at IS NULL AND s.last_seq <= newest.last_seq
     ORDER BY s.last_seq FOR UPDATE
  LOOP
    IF (
      segment.closed_at < youngest
      AND (SELECT max(e.at) FROM slipway_audit.events e
            WHERE e.seq BETWEEN segment.first_seq AND segment.last_seq) < youngest
    ) IS NOT TRUE THEN
      RAISE EXCEPTION 'entry % is younger than what may be dropped', segment.last_seq
        USING ERRCODE = 'restrict_violation';
    END IF;
    UPDATE slipway_audit.segments s
       SET dropped_at = clock_timestamp(),
           drop_statement = CASE WHEN s.last_seq = newest.last_seq THEN drop_segments.statement END
     WHERE s.last_seq = segment.last_seq;
    DELETE FROM slipway_audit.events WHERE seq BETWEEN segment.first_seq AND segment.last_seq;
    DELETE FROM slipway_audit.heads WHERE seq BETWEEN segment.first_seq AND segment.last_seq AND at < youngest;
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA slipway_audit FROM PUBLIC;
-- <<< The functions.

DO $rights$
DECLARE
  wanted text := nullif(current_setting('slipway.audit_retention', true), '');
  item record;
BEGIN
  IF wanted IS NULL AND current_setting('slipway.audit_first')::boolean THEN
    wanted := 'ever';
  END IF;
  IF nullif(wanted, 'ever')::interval < interval '90 days' THEN
    RAISE EXCEPTION 'slipway.audit_retention must be at least 90 days, or ever';
  END IF;
  IF wanted IS NOT NULL THEN
    UPDATE slipway_audit.trail SET minimum_retention = nullif(wanted, 'ever')::interval;
  END IF;

  FOR item IN
    SELECT oid::regprocedure::text AS name FROM pg_proc WHERE pronamespace = 'slipway_audit'::regnamespace
  LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO slipway_audit_owner', item.name);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', item.name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', item.name, current_setting('slipway.portal'));
  END LOOP;
END
$rights$;

COMMIT;
