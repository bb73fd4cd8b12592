// @ts-check

/**
 * What each look counted, so that the next one at the same thing can be counted in its place.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('policy_looks', table => {
    table.text('owner').comment('Empty when nobody owns it');
    table
      .jsonb('checks')
      .comment('How many checks of each policy were made; null: not known');
  });
  await knex('policy_state')
    .whereNotNull('digest')
    .update({
      sweep_wanted_at: knex.raw('clock_timestamp()'),
      sweep_wanted_by: 'upgrade',
    });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('policy_looks', table => {
    table.dropColumns('owner', 'checks');
  });
};
