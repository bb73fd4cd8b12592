// @ts-check

/**
 * What retention needs: how far the outbox was emptied, and whose timeline is gone. The timeline
 * stays append-only, except for the one resource that the transaction names.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.alterTable('operations_outbox_head', table => {
    table
      .bigInteger('pruned_to')
      .notNullable()
      .defaultTo(0)
      .comment(
        'Rows up to here were acknowledged by all consumers and removed',
      );
  });
  await knex.schema.alterTable('operations_resources', table => {
    table.timestamp('pruned_at').comment('Its timeline was removed');
  });
  await knex.raw(`
    CREATE INDEX operations_resources_unpruned ON operations_resources (kind, state, updated_at)
      WHERE pruned_at IS NULL`);
  await knex.raw(
    `DROP TRIGGER operations_events_append_only ON operations_events`,
  );
  await knex.raw(`
    CREATE TRIGGER operations_events_append_only BEFORE UPDATE ON operations_events
      FOR EACH ROW EXECUTE FUNCTION operations_refuse_change('the timeline is append-only')`);
  await knex.raw(`
    CREATE TRIGGER operations_events_no_delete BEFORE DELETE ON operations_events
      FOR EACH ROW WHEN (current_setting('operations.retention', true) IS DISTINCT FROM OLD.resource_id)
      EXECUTE FUNCTION operations_refuse_change('the timeline is append-only')`);
  await knex.raw(
    `DROP TRIGGER operations_operations_terminal ON operations_operations`,
  );
  await knex.raw(`
    CREATE TRIGGER operations_operations_terminal BEFORE UPDATE ON operations_operations
      FOR EACH ROW WHEN (OLD.state IN ('succeeded', 'failed', 'cancelled'))
      EXECUTE FUNCTION operations_refuse_change('an operation that has ended never changes')`);
  await knex.raw(`
    CREATE TRIGGER operations_operations_no_delete BEFORE DELETE ON operations_operations
      FOR EACH ROW WHEN (current_setting('operations.retention', true) IS DISTINCT FROM OLD.resource_id)
      EXECUTE FUNCTION operations_refuse_change('an operation that has ended never changes')`);
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const [table, trigger] of [
    ['operations_events', 'operations_events_no_delete'],
    ['operations_events', 'operations_events_append_only'],
    ['operations_operations', 'operations_operations_no_delete'],
    ['operations_operations', 'operations_operations_terminal'],
  ]) {
    await knex.raw('DROP TRIGGER ?? ON ??', [trigger, table]);
  }
  await knex.raw(`
    CREATE TRIGGER operations_events_append_only BEFORE UPDATE OR DELETE ON operations_events
      FOR EACH ROW EXECUTE FUNCTION operations_refuse_change('the timeline is append-only')`);
  await knex.raw(`
    CREATE TRIGGER operations_operations_terminal BEFORE UPDATE OR DELETE ON operations_operations
      FOR EACH ROW WHEN (OLD.state IN ('succeeded', 'failed', 'cancelled'))
      EXECUTE FUNCTION operations_refuse_change('an operation that has ended never changes')`);
  await knex.schema.alterTable('operations_resources', table => {
    table.dropIndex([], 'operations_resources_unpruned');
    table.dropColumn('pruned_at');
  });
  await knex.schema.alterTable('operations_outbox_head', table => {
    table.dropColumn('pruned_to');
  });
};
