// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('operations_resources', table => {
    table.comment('The things that operations work on');
    table.text('id').primary();
    table.text('kind').notNullable();
    table.text('state').notNullable();
    table.bigInteger('version').notNullable().defaultTo(1);
    table.jsonb('conditions').notNullable().defaultTo('[]');
    table
      .bigInteger('fence')
      .notNullable()
      .defaultTo(0)
      .comment('The newest fencing token handed out for this resource');
    table.timestamp('created_at').notNullable();
    table.timestamp('updated_at').notNullable();
    table.index(['kind', 'state'], 'operations_resources_kind_state');
  });

  await knex.schema.createTable('operations_operations', table => {
    table.comment('Work that runs once and ends');
    table.text('id').primary();
    table.text('type').notNullable();
    table
      .text('resource_id')
      .notNullable()
      .references('id')
      .inTable('operations_resources');
    table.text('state').notNullable();
    table.jsonb('input').notNullable();
    table.text('actor').notNullable();
    table.jsonb('error');
    table.text('paused_scope');
    table.timestamp('wake_at');
    table.bigInteger('fence').notNullable().defaultTo(0);
    table.text('lease_owner');
    table.timestamp('lease_expires_at');
    table.timestamp('created_at').notNullable();
    table.timestamp('updated_at').notNullable();
    table.timestamp('finished_at');
    table.index(
      ['resource_id', 'created_at'],
      'operations_operations_resource',
    );
  });
  await knex.raw(`
    ALTER TABLE operations_operations ADD CONSTRAINT operations_operations_state CHECK
      (state IN ('pending', 'running', 'waiting', 'uncertain', 'succeeded', 'failed', 'cancelled'))`);
  // One active operation per resource. An uncertain one is active: nothing else may touch the
  // resource until a person has decided.
  await knex.raw(`
    CREATE UNIQUE INDEX operations_operations_one_active ON operations_operations (resource_id)
      WHERE state IN ('pending', 'running', 'waiting', 'uncertain')`);
  // What the sweep reads.
  await knex.raw(`
    CREATE INDEX operations_operations_runnable ON operations_operations (state, lease_expires_at, wake_at)
      WHERE state IN ('pending', 'running', 'waiting')`);
  await knex.raw(`
    CREATE INDEX operations_operations_paused ON operations_operations (paused_scope)
      WHERE paused_scope IS NOT NULL`);

  await knex.schema.createTable('operations_steps', table => {
    table
      .text('operation_id')
      .notNullable()
      .references('id')
      .inTable('operations_operations');
    table.text('step_id').notNullable();
    table.integer('position').notNullable();
    table.text('title').notNullable();
    table.text('state').notNullable();
    table.integer('attempt').notNullable().defaultTo(0);
    table.jsonb('intents').notNullable().defaultTo('{}');
    table.jsonb('output');
    table.timestamp('started_at');
    table.timestamp('finished_at');
    table.primary(['operation_id', 'step_id']);
  });

  await knex.schema.createTable('operations_events', table => {
    table.comment('The timeline; append-only');
    table.bigIncrements('id');
    table
      .text('resource_id')
      .notNullable()
      .references('id')
      .inTable('operations_resources');
    table.text('operation_id');
    table.text('type').notNullable();
    table.jsonb('data').notNullable();
    table.text('actor');
    table.timestamp('created_at').notNullable();
    table.index(['resource_id', 'id'], 'operations_events_resource');
  });

  await knex.schema.createTable('operations_outbox', table => {
    table
      .bigInteger('event_id')
      .primary()
      .references('id')
      .inTable('operations_events');
    table
      .bigInteger('position')
      .unique('operations_outbox_position')
      .comment('Given after commit by whoever reads first, so without gaps');
  });
  await knex.raw(`
    CREATE INDEX operations_outbox_unsequenced ON operations_outbox (event_id) WHERE position IS NULL`);
  await knex.schema.createTable('operations_outbox_head', table => {
    table.boolean('only').primary().defaultTo(true).checkIn(['true']);
    table.bigInteger('position').notNullable();
  });
  await knex('operations_outbox_head').insert({ position: 0 });

  await knex.schema.createTable('operations_consumers', table => {
    table.text('id').primary();
    table.bigInteger('position').notNullable();
    table.timestamp('updated_at').notNullable();
  });

  await knex.schema.createTable('operations_idempotency', table => {
    table.text('scope').notNullable();
    table.text('key').notNullable();
    table.text('body_hash').notNullable();
    table.jsonb('result').notNullable();
    table.timestamp('created_at').notNullable();
    table.timestamp('expires_at').notNullable().index();
    table.primary(['scope', 'key']);
  });

  await knex.schema.createTable('operations_pauses', table => {
    table.text('scope').primary();
    table.text('reason').notNullable();
    table.text('actor').notNullable();
    table.timestamp('created_at').notNullable();
  });

  await knex.raw(`
    CREATE FUNCTION operations_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% of % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation';
    END $$`);
  await knex.raw(`
    CREATE TRIGGER operations_events_append_only BEFORE UPDATE OR DELETE ON operations_events
      FOR EACH ROW EXECUTE FUNCTION operations_refuse_change('the timeline is append-only')`);
  await knex.raw(`
    CREATE TRIGGER operations_events_no_truncate BEFORE TRUNCATE ON operations_events
      FOR EACH STATEMENT EXECUTE FUNCTION operations_refuse_change('the timeline is append-only')`);
  await knex.raw(`
    CREATE TRIGGER operations_operations_terminal BEFORE UPDATE OR DELETE ON operations_operations
      FOR EACH ROW WHEN (OLD.state IN ('succeeded', 'failed', 'cancelled'))
      EXECUTE FUNCTION operations_refuse_change('an operation that has ended never changes')`);
  await knex.raw(`
    CREATE FUNCTION operations_refuse_lower_fence() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'fence of % may only grow', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$`);
  for (const table of ['operations_resources', 'operations_operations']) {
    await knex.raw(`
      CREATE TRIGGER ${table}_fence BEFORE UPDATE ON ${table}
        FOR EACH ROW WHEN (NEW.fence < OLD.fence)
        EXECUTE FUNCTION operations_refuse_lower_fence()`);
  }
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'operations_pauses',
    'operations_idempotency',
    'operations_consumers',
    'operations_outbox_head',
    'operations_outbox',
    'operations_events',
    'operations_steps',
    'operations_operations',
    'operations_resources',
  ]) {
    await knex.schema.dropTable(table);
  }
  await knex.raw('DROP FUNCTION operations_refuse_change()');
  await knex.raw('DROP FUNCTION operations_refuse_lower_fence()');
};
