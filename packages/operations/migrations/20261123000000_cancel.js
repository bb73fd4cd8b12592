// @ts-check

/**
 * What calling an operation off needs to know: where its resource was before, who asked for it
 * while a worker had it, and which attempts at a step cannot have done anything outside.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('operations_operations', table => {
    table.text('from_state');
    table.text('cancel_requested_by');
  });
  await knex.schema.alterTable('operations_steps', table => {
    table.integer('idle_attempts').notNullable().defaultTo(0);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('operations_steps', table => {
    table.dropColumn('idle_attempts');
  });
  await knex.schema.alterTable('operations_operations', table => {
    table.dropColumn('from_state');
    table.dropColumn('cancel_requested_by');
  });
};
