// @ts-check

/**
 * The live logins of a person, to all databases.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    CREATE INDEX personal_logins_by_person ON personal_logins (user_ref)
      WHERE state IN ('creating', 'active')`);
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.raw('DROP INDEX personal_logins_by_person');
};
