// @ts-check

/**
 * What an operation works on outside, so that one that hangs leaves room for the others.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('operations_operations', table => {
    table.text('scope');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('operations_operations', table => {
    table.dropColumn('scope');
  });
};
