// @ts-check

/**
 * What sizes cost, and since when: a price that changes leaves past months as they were.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('database_prices', table => {
    table.comment(
      'The price list of the configuration, each time that it has changed',
    );
    table.text('size').notNullable();
    table.timestamp('valid_from').notNullable();
    table
      .decimal('amount', 14, 4)
      .comment('A month; null: no price from then on');
    table.text('currency');
    table.primary(['size', 'valid_from']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('database_prices');
};
