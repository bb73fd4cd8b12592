// @ts-check

/**
 * What an operation will fail with, while what it did is taken back.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('operations_operations', table => {
    table.jsonb('failing');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('operations_operations', table => {
    table.dropColumn('failing');
  });
};
