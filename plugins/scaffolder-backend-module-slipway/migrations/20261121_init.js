// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('slipway_things', table => {
    table.comment('What template tasks made outside the portal');
    table.uuid('id').primary().comment('Also the marker on the thing itself');
    table.text('task_id').notNullable().comment('The task that answers for it');
    table.text('kind').notNullable().comment('repository, database, location');
    table.text('ref').notNullable().comment('Names the thing among its kind');
    table.text('title').notNullable().comment('How people call it');
    table.text('url').comment('Where people find it');
    table.text('state').notNullable().comment('intended, made, removed');
    table.text('created_by').notNullable().comment('Entity ref of the person');
    table.jsonb('details').notNullable().defaultTo('{}');
    table
      .timestamp('created_at', { useTz: true })
      .notNullable()
      .defaultTo(knex.fn.now());
    table
      .timestamp('updated_at', { useTz: true })
      .notNullable()
      .defaultTo(knex.fn.now());
    table.index(['task_id'], 'slipway_things_by_task');
  });
  // One live record for each thing: two tasks can never both believe in it.
  await knex.raw(
    `CREATE UNIQUE INDEX slipway_things_live ON slipway_things (kind, ref) WHERE state <> 'removed'`,
  );

  await knex.schema.createTable('slipway_workspaces', table => {
    table.comment('Files of template tasks that are not finished');
    table.text('task_id').primary();
    table.bigInteger('size').notNullable().comment('Bytes before compression');
    table
      .timestamp('updated_at', { useTz: true })
      .notNullable()
      .index('slipway_workspaces_by_age');
  });
  await knex.schema.createTable('slipway_workspace_chunks', table => {
    table
      .text('task_id')
      .notNullable()
      .references('slipway_workspaces.task_id')
      .onDelete('CASCADE');
    table.integer('position').notNullable();
    table.binary('content').notNullable().comment('A piece of a tar.gz');
    table.primary(['task_id', 'position']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('slipway_workspace_chunks');
  await knex.schema.dropTable('slipway_workspaces');
  await knex.schema.dropTable('slipway_things');
};
