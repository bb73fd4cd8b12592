// @ts-check

/**
 * When a database ends, and who was reminded of it. A replica of the version before writes neither, and ends nothing.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('databases', table => {
    table.timestamp('expires_at').comment('When its logins are turned off');
    table
      .timestamp('expiry_set_at')
      .comment('Since when that is so; nobody is reminded of what is before');
  });
  await knex.raw(
    'CREATE INDEX databases_by_expiry ON databases (expires_at) WHERE expires_at IS NOT NULL AND deleted_at IS NULL',
  );
  await knex.schema.createTable('database_expiry_reminders', table => {
    table
      .uuid('database_id')
      .notNullable()
      .references('databases.id')
      .onDelete('CASCADE');
    table.timestamp('expires_at').notNullable().comment('Of which end');
    table.integer('days').notNullable().comment('How long before it');
    table.timestamp('reminded_at').notNullable().defaultTo(knex.fn.now());
    // Each once, whatever replica does it.
    table.primary(['database_id', 'expires_at', 'days']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('database_expiry_reminders');
  await knex.schema.alterTable('databases', table => {
    table.dropColumn('expires_at');
    table.dropColumn('expiry_set_at');
  });
};
