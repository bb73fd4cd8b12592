// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('databases', table => {
    table.comment(
      'What was ordered. States and operations are in the operations_ tables.',
    );
    table.uuid('id').primary();
    table.text('name').notNullable();
    table.text('environment').notNullable();
    table.text('engine').notNullable();
    table.text('owner').notNullable().index();
    table.text('provider_id').notNullable();
    table
      .text('external_name')
      .notNullable()
      .comment('Its name outside, stored before anything is made');
    table.integer('revision').notNullable();
    table.jsonb('endpoint');
    table
      .text('workload_slot')
      .comment('The login that applications should use');
    table.integer('workload_revision').notNullable().defaultTo(0);
    table.timestamp('purge_after');
    table.text('created_by').notNullable();
    table.timestamp('created_at').notNullable();
    table.timestamp('deleted_at');
    table.index(['provider_id', 'external_name']);
  });
  await knex.raw(`
    CREATE UNIQUE INDEX databases_name ON databases (environment, name) WHERE deleted_at IS NULL`);

  await knex.schema.createTable('database_revisions', table => {
    table.comment('What was asked for; immutable');
    table
      .uuid('database_id')
      .notNullable()
      .references('id')
      .inTable('databases');
    table.integer('revision').notNullable();
    table.jsonb('spec').notNullable();
    table.text('created_by').notNullable();
    table.timestamp('created_at').notNullable();
    table.primary(['database_id', 'revision']);
  });
  await knex.raw(`
    CREATE FUNCTION database_revisions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'revisions are immutable' USING ERRCODE = 'restrict_violation';
    END $$`);
  await knex.raw(`
    CREATE TRIGGER database_revisions_immutable BEFORE UPDATE OR DELETE ON database_revisions
      FOR EACH ROW EXECUTE FUNCTION database_revisions_refuse()`);

  await knex.schema.createTable('personal_logins', table => {
    table.comment('Logins of people. Passwords are nowhere.');
    table.uuid('id').primary();
    table
      .uuid('database_id')
      .notNullable()
      .references('id')
      .inTable('databases');
    table.text('user_ref').notNullable();
    table.text('username');
    table.text('access').notNullable();
    table.text('reason');
    table.text('state').notNullable();
    table.timestamp('created_at').notNullable();
    table.timestamp('expires_at').notNullable();
    table.timestamp('revoke_requested_at');
    table.timestamp('revoked_at');
    table.index(['database_id', 'created_at']);
  });
  await knex.raw(`
    CREATE INDEX personal_logins_live ON personal_logins (expires_at) WHERE state IN ('creating', 'active')`);

  await knex.schema.createTable('sealed_secrets', table => {
    table.text('id').notNullable();
    table.integer('revision').notNullable();
    table.text('key_id').notNullable().index();
    table.binary('wrapped_key').notNullable();
    table.binary('sealed').notNullable();
    table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    table.primary(['id', 'revision']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('sealed_secrets');
  await knex.schema.dropTable('personal_logins');
  await knex.schema.dropTable('database_revisions');
  await knex.raw('DROP FUNCTION database_revisions_refuse()');
  await knex.schema.dropTable('databases');
};
