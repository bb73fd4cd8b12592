// @ts-check

/**
 * The open waivers that a person asked for: what is handed on when they leave.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    CREATE INDEX policy_waivers_open_by_requester ON policy_waivers (requester) WHERE ended_at IS NULL`);
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.raw('DROP INDEX policy_waivers_open_by_requester');
};
