// @ts-check

/**
 * For whom a deputy's link to answer with votes.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('approval_answer_links', table => {
    table
      .text('on_behalf_of')
      .comment('Whose vote it is, where a deputy was sent the link');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('approval_answer_links', table => {
    table.dropColumn('on_behalf_of');
  });
};
