// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('policy_state', table => {
    table
      .text('read_from')
      .comment(
        'Of the locations and names of the files: the same set may come from elsewhere',
      );
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('policy_state', table => {
    table.dropColumn('read_from');
  });
};
