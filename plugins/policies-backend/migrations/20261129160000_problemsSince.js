// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('policy_state', table => {
    table
      .timestamp('problems_since')
      .comment('Since when each look finds something wrong');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('policy_state', table => {
    table.dropColumn('problems_since');
  });
};
