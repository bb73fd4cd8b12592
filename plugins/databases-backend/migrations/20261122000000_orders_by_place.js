// @ts-check

/**
 * The newest orders of a provider in an environment, which is what the measured time is of.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('databases', table => {
    table.index(
      ['provider_id', 'environment', 'created_at'],
      'databases_orders_by_place',
    );
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('databases', table => {
    table.dropIndex([], 'databases_orders_by_place');
  });
};
