-- Hands the audit trail over to a role that nobody logs in as: from then on the portal can add to it and read it, and
-- neither change it nor take anything away. Run it once in the database of the audit plugin (slipway_audit), after the
-- portal's first start: as a superuser, or as a role that may create roles and databases and is a member of the portal's
-- role. Running it again does nothing.
DO $handover$
DECLARE
  owner_role constant text := 'slipway_audit_owner';
  portal text;
  item record;
BEGIN
  SELECT pg_get_userbyid(nspowner) INTO portal FROM pg_namespace WHERE nspname = 'slipway_audit';
  IF portal IS NULL THEN
    RAISE EXCEPTION 'There is no audit trail in this database: start the portal first';
  END IF;
  IF portal = owner_role THEN
    RETURN;
  END IF;
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = owner_role) THEN
    EXECUTE format('CREATE ROLE %I NOLOGIN', owner_role);
  END IF;
  IF NOT pg_has_role(owner_role, 'USAGE') THEN
    EXECUTE format('GRANT %I TO CURRENT_USER', owner_role);
  END IF;

  EXECUTE format('ALTER SCHEMA slipway_audit OWNER TO %I', owner_role);
  EXECUTE format('GRANT USAGE ON SCHEMA slipway_audit TO %I', portal);

  FOR item IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'slipway_audit' LOOP
    EXECUTE format('ALTER TABLE slipway_audit.%I OWNER TO %I', item.name, owner_role);
    EXECUTE format('REVOKE ALL ON slipway_audit.%I FROM PUBLIC, %I', item.name, portal);
    EXECUTE format('GRANT SELECT ON slipway_audit.%I TO %I', item.name, portal);
  END LOOP;
  FOR item IN
    SELECT p.oid::regprocedure::text AS name FROM pg_proc p
      JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'slipway_audit'
  LOOP
    EXECUTE format('ALTER FUNCTION %s OWNER TO %I', item.name, owner_role);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC, %I', item.name, portal);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', item.name, portal);
  END LOOP;

  -- Whoever owns a database can drop it. Where plugins share one database it stays with the portal.
  IF EXISTS (SELECT 1 FROM pg_database WHERE datname = current_database() AND datdba = portal::regrole)
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
