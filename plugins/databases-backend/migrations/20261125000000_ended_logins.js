// @ts-check

/**
 * Logins that ended, in the order in which they are forgotten.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    CREATE INDEX personal_logins_ended ON personal_logins (revoked_at)
      WHERE state NOT IN ('creating', 'active')`);
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.raw('DROP INDEX personal_logins_ended');
};
