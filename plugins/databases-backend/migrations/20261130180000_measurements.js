// @ts-check

/**
 * How databases are used: what was measured, and what is known of each from it.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('database_measurements', table => {
    table.comment('What was measured; thinned as it grows old');
    table
      .uuid('database_id')
      .notNullable()
      .references('id')
      .inTable('databases')
      .onDelete('CASCADE');
    table.timestamp('measured_at').notNullable();
    table.bigInteger('size_bytes');
    table.integer('sessions');
    table.float('cache_hit_ratio');
    table.primary(['database_id', 'measured_at']);
    table.index('measured_at');
  });
  await knex.schema.createTable('database_health', table => {
    table
      .uuid('database_id')
      .primary()
      .references('id')
      .inTable('databases')
      .onDelete('CASCADE');
    table
      .timestamp('tried_at')
      .notNullable()
      .index()
      .comment(
        'When it was last looked at, whether the server answered or not',
      );
    table.timestamp('first_measured_at');
    table.timestamp('measured_at');
    table.bigInteger('size_bytes');
    table.integer('sessions');
    table.double('cache_hits').comment('Counters of the server, then');
    table.double('cache_misses');
    table.float('cache_hit_ratio');
    table.double('growth_bytes_per_day');
    table.double('days_to_full');
    table.timestamp('last_used_at').comment('A session was seen then');
    table
      .jsonb('levels')
      .notNullable()
      .defaultTo('{}')
      .comment('Of each measure how it stands, and what it may become');
    table.timestamp('idle_told_at');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('database_health');
  await knex.schema.dropTable('database_measurements');
};
