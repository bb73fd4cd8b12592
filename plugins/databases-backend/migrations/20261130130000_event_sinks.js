// @ts-check

/**
 * Where events are sent, beside the cursor that each has in the outbox.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('event_sinks', table => {
    table.comment('Who sends events to which sink, and how that goes');
    table.text('id').primary();
    table.text('lease_owner');
    table.timestamp('lease_until').comment('Nobody else sends until then');
    table.integer('failures').notNullable().defaultTo(0);
    table.timestamp('failing_since');
    table.timestamp('next_attempt_at');
    table.text('last_error').comment('For people; holds no secret');
    table.timestamp('told_at').comment('When the platform team was told');
    table
      .bigInteger('head_position')
      .comment('The row that the sink says is wrong');
    table.integer('head_attempts').notNullable().defaultTo(0);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('event_sinks');
};
