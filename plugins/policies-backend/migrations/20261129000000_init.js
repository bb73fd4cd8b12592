// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('policy_sets', table => {
    table.comment('Sets of policies that were in force, as they were read');
    table.text('digest').primary();
    table.jsonb('files').notNullable().comment('[{ location, file, text }]');
    table
      .jsonb('params')
      .notNullable()
      .comment('The configured parameters that the set was checked with');
    table.integer('policies').notNullable();
    table.timestamp('loaded_at').notNullable();
  });

  await knex.schema.createTable('policy_state', table => {
    table.comment('One row: which set is in force. Each evaluation reads it.');
    table.integer('id').primary().defaultTo(1);
    table.check('id = 1');
    table.text('digest').references('digest').inTable('policy_sets');
    table.timestamp('since');
    table
      .jsonb('sources')
      .notNullable()
      .defaultTo('[]')
      .comment('[{ location, etag }] of the set in force');
    table.timestamp('checked_at');
    table
      .jsonb('problems')
      .notNullable()
      .defaultTo('[]')
      .comment('What was wrong the last time');
    table
      .text('told_digest')
      .comment('Of the problems that the platform team was told of');
    table
      .timestamp('sweep_wanted_at')
      .comment('Something changed that a sweep begun before has not seen');
    table.text('sweep_wanted_by');
  });
  await knex('policy_state').insert({ id: 1 });

  await knex.schema.createTable('policy_waivers', table => {
    table.comment(
      'Exceptions. States and timelines are in the operations_ tables.',
    );
    table.uuid('id').primary();
    table.bigIncrements('number', { primaryKey: false });
    table.text('policy').notNullable();
    table.text('policy_title').notNullable();
    table.text('policy_digest').notNullable();
    table.text('field');
    table.text('scope_kind').notNullable();
    table.text('scope_name');
    table.text('scope_owner');
    table.text('scope_entity_ref');
    table.text('scope_environment');
    table.check(
      'scope_name IS NOT NULL OR scope_owner IS NOT NULL OR scope_entity_ref IS NOT NULL',
      undefined,
      'policy_waivers_names_something',
    );
    table.text('owner').notNullable();
    table.text('reason').notNullable();
    table.text('requester').notNullable();
    table.timestamp('created_at').notNullable();
    table.timestamp('expires_at').notNullable();
    table
      .text('approval_digest')
      .notNullable()
      .comment('Of what those who decide are shown');
    table.uuid('approval_id').comment('Absent until they were asked');
    table.timestamp('granted_at');
    table.text('granted_by');
    table.timestamp('ended_at');
    table.text('end_reason');
    table.index(['number']);
    table.index(['owner', 'number']);
    table.index(['policy', 'number']);
    table.index(['scope_entity_ref', 'number']);
  });
  // What is in force: each evaluation that finds something looks here.
  await knex.raw(`
    CREATE INDEX policy_waivers_in_force ON policy_waivers (policy, scope_kind)
      WHERE granted_at IS NOT NULL AND ended_at IS NULL`);
  await knex.raw(`
    CREATE INDEX policy_waivers_waiting ON policy_waivers (number) WHERE granted_at IS NULL AND ended_at IS NULL`);
  await knex.raw(`
    CREATE INDEX policy_waivers_expiring ON policy_waivers (expires_at) WHERE ended_at IS NULL`);
  await knex.raw(`
    CREATE FUNCTION policy_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% of % is refused: what has ended never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END $$`);
  await knex.raw(`
    CREATE TRIGGER policy_waivers_terminal BEFORE UPDATE ON policy_waivers
      FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION policy_refuse_change()`);
  await knex.raw(`
    CREATE TRIGGER policy_waivers_kept BEFORE DELETE ON policy_waivers
      FOR EACH ROW EXECUTE FUNCTION policy_refuse_change()`);

  await knex.schema.createTable('policy_sweeps', table => {
    table.comment('Looks over everything that exists');
    table.uuid('id').primary();
    table
      .bigIncrements('number', { primaryKey: false })
      .comment('Grows: a violation that a later one has not seen is over');
    table.text('cause').notNullable();
    table.text('digest').notNullable().comment('Of the set that judged');
    table.timestamp('started_at').notNullable();
    table.timestamp('ended_at');
    table.text('error').comment('Why it ended without having seen everything');
    table.integer('objects').notNullable().defaultTo(0);
    table.integer('violations').notNullable().defaultTo(0);
    table.unique(['number']);
    table.index(['ended_at']);
  });

  await knex.schema.createTable('policy_violations', table => {
    table.comment('What exists and violates a policy, or did');
    table.uuid('id').primary();
    table.text('source').notNullable();
    table.text('object_id').notNullable().comment('Within the source');
    table.text('kind').notNullable();
    table.text('name').notNullable();
    table.text('entity_ref');
    table.text('link');
    table.text('owner');
    table.text('environment');
    table.text('policy').notNullable();
    table.text('title').notNullable();
    table.text('digest').notNullable();
    table.text('mode').notNullable();
    table
      .integer('severity')
      .notNullable()
      .comment('Of the mode, to sort by: 0 deny, 1 warn, 2 audit');
    table.integer('validation');
    table.text('field');
    table.text('message').notNullable();
    table.text('reason').notNullable();
    table.text('comply').notNullable();
    table.boolean('failed').notNullable();
    table.timestamp('first_seen').notNullable();
    table.timestamp('last_seen').notNullable();
    table.timestamp('resolved_at');
    table
      .bigInteger('sweep')
      .notNullable()
      .comment('The number of the newest sweep that saw it');
    table.timestamp('told_at').comment('When the owner was told');
  });
  await knex.raw(`
    CREATE UNIQUE INDEX policy_violations_open ON policy_violations
      (source, object_id, policy, COALESCE(validation, -1)) WHERE resolved_at IS NULL`);
  for (const [name, columns] of Object.entries({
    severity: 'severity, first_seen, id',
    age: 'first_seen, id',
    owner: 'owner, severity, first_seen',
    policy: 'policy, severity, first_seen',
    entity: 'entity_ref',
    sweep: 'sweep',
  })) {
    await knex.raw(
      `CREATE INDEX policy_violations_${name} ON policy_violations (${columns}) WHERE resolved_at IS NULL`,
    );
  }
  await knex.raw(`
    CREATE INDEX policy_violations_untold ON policy_violations (owner)
      WHERE resolved_at IS NULL AND told_at IS NULL`);
  await knex.raw(
    `CREATE INDEX policy_violations_resolved ON policy_violations (resolved_at) WHERE resolved_at IS NOT NULL`,
  );

  await knex.schema.createTable('policy_checks', table => {
    table.comment(
      'How often each policy was asked about what an owner has, by the newest whole sweep',
    );
    table.text('owner').notNullable().comment('Empty when nobody owns it');
    table.text('policy').notNullable();
    table.integer('checked').notNullable();
    table.primary(['owner', 'policy']);
  });

  await knex.schema.createTable('policy_days', table => {
    table.comment('As the last whole sweep of each day saw it, in UTC');
    table.date('day').notNullable();
    table.text('owner').notNullable();
    table.text('policy').notNullable();
    table.integer('checked').notNullable();
    table.integer('violating').notNullable();
    table.integer('waived').notNullable();
    table.primary(['day', 'owner', 'policy']);
  });
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  for (const table of [
    'policy_days',
    'policy_checks',
    'policy_violations',
    'policy_sweeps',
    'policy_waivers',
    'policy_state',
    'policy_sets',
  ]) {
    await knex.schema.dropTable(table);
  }
  await knex.raw('DROP FUNCTION policy_refuse_change()');
};
