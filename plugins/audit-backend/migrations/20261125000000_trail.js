// @ts-check

/**
 * The trail has a schema of its own, so that it can be handed over whole to a role that nobody logs in as: see
 * `handover.sql`. Whoever changes something here writes the same for those who have handed it over.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`CREATE SCHEMA slipway_audit`);
  await knex.raw(`
    COMMENT ON SCHEMA slipway_audit IS 'The audit trail of Slipway, see docs/audit.md'`);

  await knex.raw(`
    CREATE TABLE slipway_audit.trail (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      id uuid NOT NULL DEFAULT gen_random_uuid(),
      head_seq bigint NOT NULL DEFAULT 0,
      head_hash text NOT NULL,
      head_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      minimum_retention interval NOT NULL DEFAULT '90 days'
    )`);
  await knex.raw(`
    COMMENT ON COLUMN slipway_audit.trail.minimum_retention IS
      'Nothing younger is dropped, whatever the portal asks for; changed by the owner only'`);
  await knex.raw(`
    INSERT INTO slipway_audit.trail (id, head_hash)
    SELECT id, encode(sha256(convert_to('slipway-audit:' || id, 'UTF8')), 'hex') FROM gen_random_uuid() AS id`);

  await knex.raw(`
    CREATE TABLE slipway_audit.events (
      seq bigint PRIMARY KEY,
      at timestamptz NOT NULL,
      hash text NOT NULL,
      record text NOT NULL,
      id uuid NOT NULL UNIQUE GENERATED ALWAYS AS ((record::jsonb ->> 'id')::uuid) STORED,
      operation text GENERATED ALWAYS AS (record::jsonb ->> 'operation') STORED,
      plugin text GENERATED ALWAYS AS (record::jsonb ->> 'plugin') STORED,
      event text GENERATED ALWAYS AS (record::jsonb ->> 'event') STORED,
      severity text GENERATED ALWAYS AS (record::jsonb ->> 'severity') STORED,
      outcome text GENERATED ALWAYS AS (record::jsonb ->> 'outcome') STORED,
      actor text GENERATED ALWAYS AS (record::jsonb #>> '{actor,ref}') STORED,
      subject text GENERATED ALWAYS AS (record::jsonb ->> 'subject') STORED,
      correlation_id text GENERATED ALWAYS AS (record::jsonb ->> 'correlationId') STORED
    )`);
  await knex.raw(`
    COMMENT ON COLUMN slipway_audit.events.record IS
      'The text that is hashed; the columns after it are read from it, for filters'`);
  for (const columns of [
    'at, seq',
    'operation, seq',
    'plugin, seq',
    'event, seq',
    'severity, seq',
    'outcome, seq',
    'actor, seq',
    'subject, seq',
    'correlation_id, seq',
  ]) {
    await knex.raw(`CREATE INDEX ON slipway_audit.events (${columns})`);
  }

  await knex.raw(`
    CREATE TABLE slipway_audit.heads (
      seq bigint NOT NULL,
      at timestamptz NOT NULL,
      statement text NOT NULL,
      PRIMARY KEY (seq, at)
    )`);
  await knex.raw(`
    COMMENT ON TABLE slipway_audit.heads IS 'What was published outside, once more for exports'`);

  await knex.raw(`
    CREATE TABLE slipway_audit.segments (
      first_seq bigint NOT NULL UNIQUE,
      last_seq bigint PRIMARY KEY,
      last_hash text NOT NULL,
      closed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      statement text NOT NULL,
      dropped_at timestamptz
    )`);

  // Entries are never changed, and leave only with their segment.
  await knex.raw(`
    CREATE FUNCTION slipway_audit.refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
      IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM slipway_audit.segments
         WHERE dropped_at IS NOT NULL AND OLD.seq BETWEEN first_seq AND last_seq
      ) THEN
        RETURN OLD;
      END IF;
      RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'restrict_violation';
    END $$`);
  await knex.raw(`
    CREATE TRIGGER events_only_added_to BEFORE UPDATE OR DELETE ON slipway_audit.events
      FOR EACH ROW EXECUTE FUNCTION slipway_audit.refuse()`);
  await knex.raw(`
    CREATE TRIGGER events_not_emptied BEFORE TRUNCATE ON slipway_audit.events
      FOR EACH STATEMENT EXECUTE FUNCTION slipway_audit.refuse()`);

  await knex.raw(`
    CREATE FUNCTION slipway_audit.format_time(t timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, pg_temp AS $$
      SELECT to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    $$`);

  // Entries follow each other under the lock of the one row of "trail", in all replicas.
  await knex.raw(`
    CREATE FUNCTION slipway_audit.append(records text[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s' AS $$
    DECLARE
      head slipway_audit.trail;
      entry text;
      added integer := 0;
    BEGIN
      SELECT * INTO STRICT head FROM slipway_audit.trail FOR UPDATE;
      FOREACH entry IN ARRAY records LOOP
        IF entry ~ '[\\n\\r]' OR length(entry) > 65536 OR jsonb_typeof(entry::jsonb) <> 'object' THEN
          RAISE EXCEPTION 'an entry is one line of JSON, an object of at most 65536 characters'
            USING ERRCODE = 'data_exception';
        END IF;
        -- Sent again, because the answer was lost.
        CONTINUE WHEN EXISTS (
          SELECT 1 FROM slipway_audit.events WHERE id = (entry::jsonb ->> 'id')::uuid
        );
        head.head_seq := head.head_seq + 1;
        head.head_at := greatest(head.head_at, clock_timestamp());
        head.head_hash := encode(sha256(convert_to(concat_ws(E'\\n',
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
    END $$`);

  await knex.raw(`
    CREATE FUNCTION slipway_audit.keep_head(head_seq bigint, head_at timestamptz, statement text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      INSERT INTO slipway_audit.heads (seq, at, statement) VALUES (head_seq, head_at, statement)
      ON CONFLICT DO NOTHING
    $$`);

  await knex.raw(`
    CREATE FUNCTION slipway_audit.close_segment(last bigint, statement text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      first bigint;
    BEGIN
      -- One replica at a time.
      PERFORM 1 FROM slipway_audit.trail FOR UPDATE;
      SELECT coalesce(max(last_seq), 0) + 1 INTO first FROM slipway_audit.segments;
      IF last < first THEN
        RETURN false;
      END IF;
      INSERT INTO slipway_audit.segments (first_seq, last_seq, last_hash, statement)
      SELECT first, last, hash, statement FROM slipway_audit.events WHERE seq = last;
      RETURN FOUND;
    END $$`);

  await knex.raw(`
    CREATE FUNCTION slipway_audit.drop_segments(older_than interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DECLARE
      segment slipway_audit.segments;
      dropped integer := 0;
    BEGIN
      IF older_than < (SELECT minimum_retention FROM slipway_audit.trail) THEN
        RAISE EXCEPTION 'entries are kept for at least %', (SELECT minimum_retention FROM slipway_audit.trail)
          USING ERRCODE = 'restrict_violation';
      END IF;
      FOR segment IN
        SELECT * FROM slipway_audit.segments
         WHERE dropped_at IS NULL AND closed_at < clock_timestamp() - older_than
         ORDER BY last_seq FOR UPDATE
      LOOP
        UPDATE slipway_audit.segments SET dropped_at = clock_timestamp() WHERE last_seq = segment.last_seq;
        DELETE FROM slipway_audit.events WHERE seq BETWEEN segment.first_seq AND segment.last_seq;
        DELETE FROM slipway_audit.heads WHERE seq BETWEEN segment.first_seq AND segment.last_seq;
        dropped := dropped + 1;
      END LOOP;
      RETURN dropped;
    END $$`);

  await knex.raw(
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA slipway_audit FROM PUBLIC`,
  );
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.raw(`DROP SCHEMA slipway_audit CASCADE`);
};
