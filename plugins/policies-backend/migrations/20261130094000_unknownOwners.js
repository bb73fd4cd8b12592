// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('policy_sweeps', table => {
    table
      .jsonb('unknown_owners')
      .comment('[{ owner, objects }] of owners that the catalog did not have');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('policy_sweeps', table => {
    table.dropColumn('unknown_owners');
  });
};
