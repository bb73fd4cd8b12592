// @ts-check

/**
 * Of which ends of tasks people were told. What ended before is no news any more.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('slipway_task_notices', table => {
    table
      .bigInteger('event_id')
      .primary()
      .comment('The event in task_events with which the task ended');
    table
      .timestamp('told_at', { useTz: true })
      .notNullable()
      .defaultTo(knex.fn.now());
  });
  // The scaffolder makes its own tables after ours.
  if (await knex.schema.hasTable('task_events')) {
    await knex.raw(
      `INSERT INTO slipway_task_notices (event_id)
         SELECT id FROM task_events WHERE event_type = 'completion'
           AND created_at > now() - interval '2 days'`,
    );
  }
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('slipway_task_notices');
};
