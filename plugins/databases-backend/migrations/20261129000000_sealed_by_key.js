// @ts-check

/**
 * Sealing anew goes through the secrets of one key, a portion at a time.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('sealed_secrets', table => {
    table.index(['key_id', 'id', 'revision']);
    table.dropIndex(['key_id']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('sealed_secrets', table => {
    table.index(['key_id']);
    table.dropIndex(['key_id', 'id', 'revision']);
  });
};
