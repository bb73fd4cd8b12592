-- Hands the audit trail over to a role that nobody logs in as: from then on the portal can add to it and read it, and
-- neither change it nor take anything away. Run it in the database of the audit plugin (slipway_audit), after the portal's
-- first start and again after each update of Slipway: as a superuser, or as a role that may create roles and databases and
-- is a member of the portal's role. No entry is touched.
--
-- Until now the portal's role could leave anything in the schema, and what belongs to the new owner runs with the owner's
-- rights. So the functions are made anew from this file, and then all that is there is compared with what this file says must
-- be there. Only after that a row is looked at.
--
-- How long entries are kept at least is the owner's to say, since whoever has the portal's password could ask to drop them:
-- for ever, unless PGOPTIONS has said otherwise, as in PGOPTIONS='-c slipway.audit_retention=395days'; 'ever' takes it back.
-- Each statement sees what was done before it, whatever the database says of transactions.
BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE;
-- A function of the same name elsewhere is not called by mistake, and definitions read the same everywhere.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL quote_all_identifiers = off;
SET LOCAL intervalstyle = postgres;
SET LOCAL client_min_messages = warning;

-- 1. What is there: all that could run, hold or change something, or let somebody do so, a line each.
CREATE TEMPORARY VIEW found AS
-- >>> What is there. The portal reads the same, to say whether it is what this version makes.
WITH s AS (SELECT oid, nspowner FROM pg_namespace WHERE nspname = 'slipway_audit'),
relations AS (SELECT c.*, s.nspowner FROM pg_class c JOIN s ON c.relnamespace = s.oid),
parts AS (
  SELECT 'pg_class'::regclass AS classid, oid AS objid FROM relations
  UNION SELECT 'pg_constraint'::regclass, oid FROM pg_constraint WHERE conrelid IN (SELECT oid FROM relations)
  UNION SELECT 'pg_attrdef'::regclass, oid FROM pg_attrdef WHERE adrelid IN (SELECT oid FROM relations)
),
objects (classid, objid, objsubid, detail) AS (
  SELECT 'pg_class'::regclass::oid, oid, 0, CASE WHEN relkind IN ('i', 'I') THEN pg_get_indexdef(oid)
      ELSE concat_ws(' ', relkind, relpersistence, relreplident, relrowsecurity, relforcerowsecurity, relowner = nspowner) END
    FROM relations
  -- Where a column stands among those that are left: former versions had fewer.
  UNION ALL SELECT 'pg_class'::regclass, a.attrelid, a.attnum, concat_ws(' ',
      row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation END,
      CASE WHEN a.attnotnull THEN 'not null' END, nullif(a.attidentity, ''), nullif(a.attgenerated, ''), pg_get_expr(d.adbin, d.adrelid))
    FROM pg_attribute a JOIN relations r ON r.oid = a.attrelid AND r.relkind NOT IN ('i', 'I')
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attnum > 0 AND NOT a.attisdropped
  -- Whether a column may be missing is said of the column.
  UNION ALL SELECT 'pg_constraint'::regclass, oid, 0, pg_get_constraintdef(oid) FROM pg_constraint
   WHERE conrelid IN (SELECT oid FROM relations) AND contype <> 'n'
  UNION ALL SELECT 'pg_trigger'::regclass, oid, 0, concat_ws(' ', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger
   WHERE tgrelid IN (SELECT oid FROM relations)
  UNION ALL SELECT 'pg_rewrite'::regclass, oid, 0, pg_get_ruledef(oid) FROM pg_rewrite WHERE ev_class IN (SELECT oid FROM relations)
  UNION ALL SELECT 'pg_policy'::regclass, oid, 0, NULL FROM pg_policy WHERE polrelid IN (SELECT oid FROM relations)
  UNION ALL SELECT 'pg_statistic_ext'::regclass, oid, 0, NULL FROM pg_statistic_ext WHERE stxrelid IN (SELECT oid FROM relations)
  -- What adds rows to a table.
  UNION ALL SELECT 'pg_class'::regclass, inhrelid, 0, 'inherits' FROM pg_inherits
   WHERE inhrelid IN (SELECT oid FROM relations) OR inhparent IN (SELECT oid FROM relations)
  -- Made of what is not Postgres' own: only that has dependencies.
  UNION ALL SELECT d.refclassid, d.refobjid, 0, 'used' FROM pg_depend d JOIN parts USING (classid, objid)
   WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass,
     'pg_collation'::regclass, 'pg_cast'::regclass)
  UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, concat_ws(' ', p.proowner = s.nspowner,
      CASE WHEN p.prokind <> 'a' THEN encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex') END)
    FROM pg_proc p JOIN s ON p.pronamespace = s.oid
  -- Whatever else stands in the schema.
  UNION ALL SELECT d.classid, d.objid, d.objsubid, NULL FROM pg_depend d JOIN s ON d.refobjid = s.oid
   WHERE d.refclassid = 'pg_namespace'::regclass AND d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass)
  -- What acts with the owner's rights elsewhere in the database: left by whoever once could.
  UNION ALL SELECT d.classid, d.objid, d.objsubid, 'is the owner''s' FROM pg_shdepend d
   WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND d.deptype = 'o'
     AND d.refclassid = 'pg_authid'::regclass AND d.refobjid = to_regrole('slipway_audit_owner')
     AND (d.classid, d.objid) NOT IN (
       SELECT 'pg_namespace'::regclass::oid, oid FROM s
       UNION ALL SELECT 'pg_class'::regclass, oid FROM relations
       UNION ALL SELECT 'pg_proc'::regclass, p.oid FROM pg_proc p JOIN s ON p.pronamespace = s.oid
     )
),
-- Whoever has rights beside the owner, and beside the portal's to read and to call.
rights AS (
  SELECT a.grantee, a.privilege_type FROM s JOIN pg_namespace n USING (oid), aclexplode(n.nspacl) a
  UNION SELECT a.grantee, a.privilege_type FROM relations r, aclexplode(r.relacl) a
  UNION SELECT a.grantee, a.privilege_type FROM pg_attribute t, aclexplode(t.attacl) a
   WHERE t.attrelid IN (SELECT oid FROM relations)
  UNION SELECT a.grantee, a.privilege_type FROM pg_proc p JOIN s ON p.pronamespace = s.oid,
    aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
)
SELECT concat_ws(' ', o.type, o.identity, detail) AS line
  FROM objects, pg_identify_object(classid, objid, objsubid) o
UNION ALL SELECT concat_ws(' ', 'right', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type)
  FROM rights, s
 WHERE grantee <> nspowner
   AND NOT (grantee = quote_ident(current_user)::regrole AND privilege_type IN ('SELECT', 'USAGE', 'EXECUTE'))
-- What nobody has to give: predefined roles may write whatever there is.
UNION ALL SELECT concat_ws(' ', 'right', rolname, 'to write') FROM pg_roles, s
 WHERE pg_has_role(pg_roles.oid, 'MEMBER') AND NOT pg_has_role(nspowner, 'MEMBER')
   AND (rolname IN ('pg_write_server_files', 'pg_execute_server_program') OR EXISTS (
     SELECT FROM relations r WHERE relkind = 'r' AND has_table_privilege(pg_roles.oid, r.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')))
-- <<< What is there.
;

-- 2. Who it is taken from, and who else could act as the owner. What runs by itself goes: functions under our names and, with
-- them, what calls them.
DO $before$
DECLARE
  owner_role constant text := 'slipway_audit_owner';
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
  SELECT string_agg(rolname, ', ' ORDER BY rolname) INTO others FROM pg_roles
   WHERE pg_has_role(oid, owner_role, 'MEMBER') AND NOT rolsuper AND rolname NOT IN (owner_role, current_user);
  IF others IS NOT NULL THEN
    RAISE EXCEPTION 'Only who hands over may become %, but these can: %', owner_role, others
      USING HINT = 'Revoke the role from them, or run this as the one of them who administers the trail.';
  END IF;
  IF NOT pg_has_role(owner_role, 'USAGE') THEN
    EXECUTE format('GRANT %I TO CURRENT_USER', owner_role);
  END IF;

  LOCK TABLE slipway_audit.trail, slipway_audit.events, slipway_audit.heads, slipway_audit.segments
    IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('ALTER SCHEMA slipway_audit OWNER TO %I', owner_role);
  FOR item IN
    SELECT oid::regprocedure::text AS name FROM pg_proc
     WHERE pronamespace = schema
       AND proname IN ('refuse', 'format_time', 'append', 'keep_head', 'close_segment', 'drop_segments')
  LOOP
    EXECUTE format('DROP ROUTINE %s CASCADE', item.name);
  END LOOP;

  PERFORM set_config('slipway.portal', portal, true);
  -- The first time with this version. Later what was said then holds until something else is said.
  PERFORM set_config('slipway.audit_first', (portal = owner_before OR EXISTS (
    SELECT 1 FROM pg_attribute WHERE attrelid = 'slipway_audit.trail'::regclass AND attname = 'minimum_retention' AND attnotnull
  ))::text, true);
END
$before$;

-- 3. What may write, made anew.
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

-- 4. The owner, and the comparison. Nothing has looked at a row until then: so nothing of another's has run.
DO $take$
DECLARE
  owner_role constant text := 'slipway_audit_owner';
  portal constant text := current_setting('slipway.portal');
  -- As section 1 finds it, without the texts of the functions: they are those of section 3.
  wanted constant text := $wanted$
table slipway_audit.events r p d f f t
table slipway_audit.heads r p d f f t
table slipway_audit.segments r p d f f t
table slipway_audit.trail r p d f f t
table column slipway_audit.events.seq 1 bigint not null
table column slipway_audit.events.at 2 timestamp with time zone not null
table column slipway_audit.events.hash 3 text not null
table column slipway_audit.events.record 4 text not null
table column slipway_audit.events.id 5 uuid not null s (((record)::jsonb ->> 'id'::text))::uuid
table column slipway_audit.events.operation 6 text s ((record)::jsonb ->> 'operation'::text)
table column slipway_audit.events.plugin 7 text s ((record)::jsonb ->> 'plugin'::text)
table column slipway_audit.events.event 8 text s ((record)::jsonb ->> 'event'::text)
table column slipway_audit.events.severity 9 text s ((record)::jsonb ->> 'severity'::text)
table column slipway_audit.events.outcome 10 text s ((record)::jsonb ->> 'outcome'::text)
table column slipway_audit.events.actor 11 text s ((record)::jsonb #>> '{actor,ref}'::text[])
table column slipway_audit.events.subject 12 text s ((record)::jsonb ->> 'subject'::text)
table column slipway_audit.events.correlation_id 13 text s ((record)::jsonb ->> 'correlationId'::text)
table column slipway_audit.heads.seq 1 bigint not null
table column slipway_audit.heads.at 2 timestamp with time zone not null
table column slipway_audit.heads.statement 3 text not null
table column slipway_audit.segments.first_seq 1 bigint not null
table column slipway_audit.segments.last_seq 2 bigint not null
table column slipway_audit.segments.last_hash 3 text not null
table column slipway_audit.segments.closed_at 4 timestamp with time zone not null clock_timestamp()
table column slipway_audit.segments.statement 5 text not null
table column slipway_audit.segments.dropped_at 6 timestamp with time zone
table column slipway_audit.segments.drop_statement 7 text
table column slipway_audit.trail.singleton 1 boolean not null true
table column slipway_audit.trail.id 2 uuid not null gen_random_uuid()
table column slipway_audit.trail.head_seq 3 bigint not null 0
table column slipway_audit.trail.head_hash 4 text not null
table column slipway_audit.trail.head_at 5 timestamp with time zone not null clock_timestamp()
table column slipway_audit.trail.minimum_retention 6 interval '90 days'::interval
table constraint events_id_key on slipway_audit.events UNIQUE (id)
table constraint events_pkey on slipway_audit.events PRIMARY KEY (seq)
table constraint heads_pkey on slipway_audit.heads PRIMARY KEY (seq, at)
table constraint segments_first_seq_key on slipway_audit.segments UNIQUE (first_seq)
table constraint segments_pkey on slipway_audit.segments PRIMARY KEY (last_seq)
table constraint trail_pkey on slipway_audit.trail PRIMARY KEY (singleton)
table constraint trail_singleton_check on slipway_audit.trail CHECK (singleton)
index slipway_audit.events_actor_seq_idx CREATE INDEX events_actor_seq_idx ON slipway_audit.events USING btree (actor, seq)
index slipway_audit.events_at_seq_idx CREATE INDEX events_at_seq_idx ON slipway_audit.events USING btree (at, seq)
index slipway_audit.events_correlation_id_seq_idx CREATE INDEX events_correlation_id_seq_idx ON slipway_audit.events USING btree (correlation_id, seq)
index slipway_audit.events_event_seq_idx CREATE INDEX events_event_seq_idx ON slipway_audit.events USING btree (event, seq)
index slipway_audit.events_id_key CREATE UNIQUE INDEX events_id_key ON slipway_audit.events USING btree (id)
index slipway_audit.events_operation_seq_idx CREATE INDEX events_operation_seq_idx ON slipway_audit.events USING btree (operation, seq)
index slipway_audit.events_outcome_seq_idx CREATE INDEX events_outcome_seq_idx ON slipway_audit.events USING btree (outcome, seq)
index slipway_audit.events_pkey CREATE UNIQUE INDEX events_pkey ON slipway_audit.events USING btree (seq)
index slipway_audit.events_plugin_seq_idx CREATE INDEX events_plugin_seq_idx ON slipway_audit.events USING btree (plugin, seq)
index slipway_audit.events_severity_seq_idx CREATE INDEX events_severity_seq_idx ON slipway_audit.events USING btree (severity, seq)
index slipway_audit.events_subject_seq_idx CREATE INDEX events_subject_seq_idx ON slipway_audit.events USING btree (subject, seq)
index slipway_audit.heads_pkey CREATE UNIQUE INDEX heads_pkey ON slipway_audit.heads USING btree (seq, at)
index slipway_audit.segments_first_seq_key CREATE UNIQUE INDEX segments_first_seq_key ON slipway_audit.segments USING btree (first_seq)
index slipway_audit.segments_pkey CREATE UNIQUE INDEX segments_pkey ON slipway_audit.segments USING btree (last_seq)
index slipway_audit.trail_pkey CREATE UNIQUE INDEX trail_pkey ON slipway_audit.trail USING btree (singleton)
trigger events_not_emptied on slipway_audit.events O CREATE TRIGGER events_not_emptied BEFORE TRUNCATE ON slipway_audit.events FOR EACH STATEMENT EXECUTE FUNCTION slipway_audit.refuse()
trigger events_only_added_to on slipway_audit.events O CREATE TRIGGER events_only_added_to BEFORE DELETE OR UPDATE ON slipway_audit.events FOR EACH ROW EXECUTE FUNCTION slipway_audit.refuse()
function slipway_audit.append(pg_catalog.text[]) t
function slipway_audit.close_segment(bigint,pg_catalog.text) t
function slipway_audit.drop_segments(interval,pg_catalog.text) t
function slipway_audit.format_time(timestamp with time zone) t
function slipway_audit.keep_head(bigint,timestamp with time zone,pg_catalog.text) t
function slipway_audit.refuse() t
$wanted$;
  more text;
  less text;
  writers text;
  others text;
  item record;
BEGIN
  FOR item IN SELECT unnest(ARRAY['trail', 'events', 'heads', 'segments']) AS name LOOP
    EXECUTE format('ALTER TABLE slipway_audit.%I OWNER TO %I', item.name, owner_role);
  END LOOP;
  -- By their names alone: what somebody adds meanwhile is not the owner's.
  FOR item IN
    SELECT unnest(ARRAY['refuse()', 'format_time(timestamptz)', 'append(text[])', 'keep_head(bigint, timestamptz, text)',
      'close_segment(bigint, text)', 'drop_segments(interval, text)']) AS name
  LOOP
    EXECUTE format('ALTER FUNCTION slipway_audit.%s OWNER TO %I', item.name, owner_role);
  END LOOP;

  WITH there AS (SELECT regexp_replace(line, ' [0-9a-f]{64}$', '') FROM pg_temp.found WHERE line !~ '^right '),
  must AS (SELECT line FROM string_to_table(wanted, chr(10)) line WHERE line <> '')
  SELECT (SELECT string_agg(line, '; ' ORDER BY line) FROM (TABLE there EXCEPT ALL TABLE must) t (line)),
         (SELECT string_agg(line, '; ' ORDER BY line) FROM (TABLE must EXCEPT ALL TABLE there) t (line)) INTO more, less;
  IF more IS NOT NULL OR less IS NOT NULL THEN
    RAISE EXCEPTION '%', concat_ws('. ',
        'In the schema slipway_audit there is what Slipway has not made: ' || more, 'What it has made is missing: ' || less)
      USING HINT = 'Somebody may have left it so to change the trail. Find out who, put it right, and run this again.';
  END IF;

  -- Whoever was given rights, by whomever.
  FOR item IN
    SELECT DISTINCT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS name
      FROM (
        SELECT a.grantee FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'slipway_audit'
        UNION SELECT a.grantee FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'slipway_audit'::regnamespace
        UNION SELECT a.grantee FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
         WHERE c.relnamespace = 'slipway_audit'::regnamespace
        UNION SELECT a.grantee FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         WHERE p.pronamespace = 'slipway_audit'::regnamespace
      ) granted
     WHERE grantee <> owner_role::regrole
  LOOP
    EXECUTE format('REVOKE ALL ON SCHEMA slipway_audit FROM %s CASCADE', item.name);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA slipway_audit FROM %s CASCADE', item.name);
    EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA slipway_audit FROM %s CASCADE', item.name);
  END LOOP;
  EXECUTE format('GRANT USAGE ON SCHEMA slipway_audit TO %I', portal);
  EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA slipway_audit TO %I', portal);
  EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA slipway_audit TO %I', portal);
  SELECT string_agg(rolname, ', ' ORDER BY rolname) INTO writers FROM pg_roles
   WHERE pg_has_role(portal, oid, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = portal)
     AND (rolname IN ('pg_write_server_files', 'pg_execute_server_program') OR EXISTS (
       SELECT FROM pg_class c
        WHERE relnamespace = 'slipway_audit'::regnamespace AND relkind = 'r'
          AND has_table_privilege(pg_roles.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')));
  IF writers IS NOT NULL THEN
    RAISE EXCEPTION 'The role of the portal, %, could still write what it likes, as: %', portal, writers
      USING HINT = 'Revoke that from the role of the portal, and run this again.';
  END IF;

  -- Whoever owns a database can drop it. Where plugins share one database it stays with the portal.
  IF EXISTS (SELECT 1 FROM pg_database WHERE datname = current_database() AND datdba = quote_ident(portal)::regrole) THEN
    SELECT string_agg(format('%I.%I', schemaname, tablename), ', ' ORDER BY schemaname, tablename) INTO others FROM pg_tables
     WHERE schemaname NOT IN ('slipway_audit', 'pg_catalog', 'information_schema') AND schemaname !~ '^pg_temp_'
       AND tablename NOT LIKE '%knex\_migrations%' AND tablename NOT LIKE 'backstage\_backend\_%';
    IF others IS NULL THEN
      EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), owner_role);
      -- Lists of migrations, scheduled tasks and public keys are the portal's own.
      EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', portal);
    ELSE
      RAISE WARNING 'The database stays with the portal''s role, %, which can drop it with the trail, since it holds other tables: %',
        portal, others
        USING HINT = 'Give the audit plugin a database of its own, or drop what nobody needs, and run this again.';
    END IF;
  END IF;
END
$take$;

-- 5. The rows: the time of the newest entry, and how long entries are kept at least.
DO $rows$
DECLARE
  wanted text := nullif(current_setting('slipway.audit_retention', true), '');
  newest timestamptz;
BEGIN
  -- Later entries get no earlier time. A clock that was set right is no reason to refuse.
  SELECT head_at INTO STRICT newest FROM slipway_audit.trail;
  IF newest > clock_timestamp() + interval '1 hour' THEN
    RAISE EXCEPTION 'slipway_audit.trail says that the newest entry was stored at %, and that time has not come', newest
      USING HINT = 'Export the trail and verify it with the heads that were kept outside; then set head_at to the time of the newest entry.';
  END IF;
  IF wanted IS NULL AND current_setting('slipway.audit_first')::boolean THEN
    wanted := 'ever';
  END IF;
  IF nullif(wanted, 'ever')::interval < interval '90 days' THEN
    RAISE EXCEPTION 'slipway.audit_retention must be at least 90 days, or ever';
  END IF;
  IF wanted IS NOT NULL THEN
    UPDATE slipway_audit.trail SET minimum_retention = nullif(wanted, 'ever')::interval;
  END IF;
END
$rows$;

DROP VIEW pg_temp.found;
COMMIT;
