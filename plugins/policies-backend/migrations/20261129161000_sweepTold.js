// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('policy_sweeps', table => {
    table
      .timestamp('told_at')
      .comment('When owners had been told of what it found');
  });
  await knex.raw(`
    CREATE INDEX policy_sweeps_untold ON policy_sweeps (number)
      WHERE told_at IS NULL AND ended_at IS NOT NULL AND error IS NULL`);
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('policy_sweeps', table => {
    table.dropColumn('told_at');
  });
};
