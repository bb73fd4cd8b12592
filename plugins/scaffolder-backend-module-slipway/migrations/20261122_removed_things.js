// @ts-check

/**
 * What was removed and may have been brought back since.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(
    `CREATE INDEX slipway_things_removed ON slipway_things (kind, ref, created_at) WHERE state = 'removed'`,
  );
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.raw('DROP INDEX slipway_things_removed');
};
