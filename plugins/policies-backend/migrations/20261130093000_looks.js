// @ts-check

/**
 * What was looked at, and by which policies: no violation is no proof of that.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('policy_looks', table => {
    table.comment(
      'What the newest whole sweep saw, and what was looked at since',
    );
    table.text('source').notNullable();
    table.text('object_id').notNullable().comment('Within the source');
    table.text('entity_ref');
    table.text('digest').notNullable().comment('Of the set that judged');
    table.timestamp('looked_at').notNullable();
    table
      .bigInteger('sweep')
      .notNullable()
      .comment('The number of the newest sweep that saw it');
    table.primary(['source', 'object_id']);
    table.index(['entity_ref']);
  });
  // Each sweep updates each row; with room on the page that touches no index.
  await knex.raw('ALTER TABLE policy_looks SET (fillfactor = 50)');
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
  await knex.schema.dropTable('policy_looks');
};
