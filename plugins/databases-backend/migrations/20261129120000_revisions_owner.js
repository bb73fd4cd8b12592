// @ts-check

/**
 * For whom each revision was asked for. Null where a replica of the version before, which hands nothing on, has written it.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('database_revisions', table => {
    table.text('owner').comment('The group that owned it from here on');
  });
  // Until now the owner could not change, so that it is known of each. The table is immutable otherwise.
  await knex.raw('ALTER TABLE database_revisions DISABLE TRIGGER USER');
  await knex.raw(`
    UPDATE database_revisions AS r SET owner = d.owner
      FROM databases AS d WHERE d.id = r.database_id`);
  await knex.raw('ALTER TABLE database_revisions ENABLE TRIGGER USER');
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.alterTable('database_revisions', table => {
    table.dropColumn('owner');
  });
};
