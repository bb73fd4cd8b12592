// @ts-check

/**
 * The application's login that was replaced and still works, and who was seen to use which.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('databases', table => {
    table
      .timestamp('workload_since')
      .comment('Since when the login in use is; since it was made when empty');
    table
      .integer('workload_last_revision')
      .notNullable()
      .defaultTo(0)
      .comment('The highest that was ever begun: a revision is never reused');
  });

  await knex.schema.createTable('database_former_logins', table => {
    table.comment(
      'The login that was in use before and still works. One a database: never more than two live ones.',
    );
    table.uuid('database_id').primary().references('id').inTable('databases');
    table.text('slot').notNullable();
    table.integer('revision').notNullable();
    table.timestamp('replaced_at').notNullable();
    table
      .timestamp('undo_until')
      .notNullable()
      .comment('It lives at least until then');
    table
      .timestamp('quiet_since')
      .notNullable()
      .comment('Since when nobody was seen with it, while somebody looked');
    table
      .timestamp('looked_at')
      .comment('When its sessions were last looked at');
    table
      .timestamp('told_at')
      .comment('When its owner was last told who has not moved');
  });

  await knex.schema.createTable('database_consumers', table => {
    table.comment('Who was seen with a login of an application');
    table
      .uuid('database_id')
      .notNullable()
      .references('id')
      .inTable('databases');
    table.text('slot').notNullable();
    table.text('application').notNullable().comment('As the client says');
    table.text('address').notNullable();
    table.integer('revision').notNullable();
    table.integer('sessions').notNullable();
    table.timestamp('first_seen_at').notNullable();
    table.timestamp('last_seen_at').notNullable();
    table
      .integer('longest_gap_seconds')
      .notNullable()
      .defaultTo(0)
      .comment('Between two times it was seen');
    table.primary(['database_id', 'slot', 'application', 'address']);
    table.index(['last_seen_at'], 'database_consumers_last_seen');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('database_consumers');
  await knex.schema.dropTable('database_former_logins');
  await knex.schema.alterTable('databases', table => {
    table.dropColumn('workload_last_revision');
    table.dropColumn('workload_since');
  });
};
