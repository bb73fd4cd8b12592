// @ts-check

/**
 * A sweep updates each open violation, mostly nothing but its time and the number of the sweep. Without an index on that number,
 * and with room on the page, such an update touches no index. What a sweep has not seen is looked for once at its end, among all
 * that is open.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw('DROP INDEX policy_violations_sweep');
  await knex.raw('ALTER TABLE policy_violations SET (fillfactor = 50)');
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.raw('ALTER TABLE policy_violations RESET (fillfactor)');
  await knex.raw(
    'CREATE INDEX policy_violations_sweep ON policy_violations (sweep) WHERE resolved_at IS NULL',
  );
};
