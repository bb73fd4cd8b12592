// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('database_backups', table => {
    table.comment(
      'Backups, also those that failed and those whose file is gone.',
    );
    table.uuid('id').primary();
    table
      .uuid('database_id')
      .notNullable()
      .references('id')
      .inTable('databases');
    table.text('kind').notNullable();
    table.text('state').notNullable();
    table.integer('revision').notNullable().comment('Of the database, then');
    table.text('format');
    table.text('server_version');
    table.jsonb('contents');
    table.bigInteger('size_bytes');
    table.bigInteger('stored_bytes');
    table.text('sha256').comment('Of the sealed file, in hexadecimal');
    table.text('file').comment('The one of its files that is whole');
    table
      .uuid('scratch_id')
      .notNullable()
      .comment('The marker of the database in which it is proven');
    table
      .text('scratch_name')
      .notNullable()
      .comment('Its name outside, stored before anything is made');
    table.timestamp('proven_at');
    table.text('problem').comment('For people; holds no secret');
    table.text('created_by').notNullable();
    table.timestamp('created_at').notNullable();
    table.timestamp('taken_at');
    table.timestamp('expires_at').notNullable();
    table.index(['database_id', 'created_at', 'id']);
  });
  await knex.raw(`
    CREATE INDEX database_backups_kept ON database_backups (expires_at) WHERE state = 'kept'`);

  await knex.schema.createTable('database_backup_files', table => {
    table.comment(
      'Every file that may be in a store. Written before the file, removed after it.',
    );
    table.text('name').primary();
    table
      .uuid('backup_id')
      .notNullable()
      .references('id')
      .inTable('database_backups')
      .index();
    table.text('store').notNullable();
    table.timestamp('created_at').notNullable().index();
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('database_backup_files');
  await knex.schema.dropTable('database_backups');
};
