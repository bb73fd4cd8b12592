// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('database_pending_changes', table => {
    table.comment(
      'Changes that wait for approval beside a database that is used meanwhile.',
    );
    table
      .uuid('id')
      .primary()
      .comment('Also of what those who decide are asked about');
    table
      .uuid('database_id')
      .notNullable()
      .references('id')
      .inTable('databases');
    table.text('kind').notNullable();
    table
      .integer('revision')
      .notNullable()
      .comment('Of the database, when it was asked for');
    table.jsonb('spec').notNullable().comment('What it would be');
    table.text('digest').notNullable().comment('Of what was asked about');
    table.jsonb('rule').notNullable();
    table.text('beyond_quota').comment('How far, for those who decide');
    table.text('requested_by').notNullable();
    table.timestamp('requested_at').notNullable();
    table.uuid('approval_id').index();
    table
      .timestamp('ended_at')
      .comment('From then on the question is only to be withdrawn');
    table.text('end_reason');
    table.text('ended_by');
  });
  await knex.raw(`
    CREATE UNIQUE INDEX database_pending_changes_open
        ON database_pending_changes (database_id) WHERE ended_at IS NULL`);
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('database_pending_changes');
};
