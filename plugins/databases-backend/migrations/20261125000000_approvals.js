// @ts-check

/**
 * The approval that an order waits for, or had.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('databases', table => {
    table.uuid('approval_id').index('databases_approval');
    table.text('approval_digest').comment('Of what was asked about');
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('databases', table => {
    table.dropColumn('approval_digest');
    table.dropColumn('approval_id');
  });
};
