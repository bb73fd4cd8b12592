-- The functions of the audit trail that check what they are given, as this version of Slipway has them. While the trail
-- belongs to the portal's role a migration runs this. After `handover.sql` the portal cannot: run it once, in the database of
-- the audit plugin (slipway_audit), as the one who handed the trail over. Running it again does nothing, and no entry is
-- touched; owners and rights of the functions stay as they are.
BEGIN;

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
CREATE OR REPLACE FUNCTION slipway_audit.drop_segments(older_than interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  segment slipway_audit.segments;
  minimum interval;
  youngest timestamptz;
  dropped integer := 0;
BEGIN
  SELECT minimum_retention INTO STRICT minimum FROM slipway_audit.trail;
  IF (older_than >= minimum) IS NOT TRUE THEN
    RAISE EXCEPTION 'entries are kept for at least %', minimum USING ERRCODE = 'restrict_violation';
  END IF;
  youngest := clock_timestamp();
  youngest := least(youngest - older_than, youngest - minimum);
  FOR segment IN
    SELECT s.* FROM slipway_audit.segments s
     WHERE s.dropped_at IS NULL AND s.closed_at < youngest
       AND (SELECT e.at FROM slipway_audit.events e WHERE e.seq = s.last_seq) < youngest
     ORDER BY s.last_seq FOR UPDATE
  LOOP
    UPDATE slipway_audit.segments SET dropped_at = clock_timestamp() WHERE last_seq = segment.last_seq;
    DELETE FROM slipway_audit.events
     WHERE seq BETWEEN segment.first_seq AND segment.last_seq AND at < youngest;
    DELETE FROM slipway_audit.heads WHERE seq BETWEEN segment.first_seq AND segment.last_seq AND at < youngest;
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;

-- By this the portal knows whether it has run.
COMMENT ON FUNCTION slipway_audit.drop_segments(interval) IS 'upgrade 1';

COMMIT;
