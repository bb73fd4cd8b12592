// @ts-check

/**
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.schema.createTable('approval_requests', table => {
    table.comment(
      'What people were asked to decide. States and timelines are in the operations_ tables.',
    );
    table.uuid('id').primary();
    table
      .bigIncrements('number', { primaryKey: false })
      .comment(
        'Grows: the newest request for a subject is the one that counts',
      );
    table
      .text('caller')
      .notNullable()
      .comment('The service that asked; nobody else learns the outcome');
    table.text('subject_kind').notNullable();
    table.text('subject_id').notNullable();
    table.text('title').notNullable();
    table.text('link');
    table.jsonb('facts').notNullable();
    table.text('digest').notNullable();
    table.jsonb('rule').notNullable();
    table.text('requester').notNullable();
    table.specificType('excluded', 'text[]').notNullable();
    table.text('reason');
    table.text('environment');
    table.text('owner').notNullable();
    table
      .integer('version')
      .notNullable()
      .defaultTo(1)
      .comment('Grows with every vote, so that a decision knows all of them');
    table.timestamp('created_at').notNullable();
    table.timestamp('expires_at').notNullable();
    table
      .specificType('reminders', 'timestamptz[]')
      .notNullable()
      .comment('Those still to come');
    table.timestamp('remind_at').comment('The first of them');
    table.timestamp('ended_at');
    table.text('end_reason');
    table.uuid('superseded_by');
    table.index(['requester', 'created_at']);
    table.index(['owner', 'created_at']);
    table.index(['created_at']);
    table.unique(['caller', 'subject_kind', 'subject_id', 'number'], {
      indexName: 'approval_requests_subject',
    });
  });
  await knex.raw(`
    CREATE UNIQUE INDEX approval_requests_one_pending
      ON approval_requests (caller, subject_kind, subject_id) WHERE ended_at IS NULL`);
  await knex.raw(`
    CREATE INDEX approval_requests_expiring ON approval_requests (expires_at) WHERE ended_at IS NULL`);
  await knex.raw(`
    CREATE INDEX approval_requests_reminding ON approval_requests (remind_at)
      WHERE ended_at IS NULL AND remind_at IS NOT NULL`);

  await knex.schema.createTable('approval_deciders', table => {
    table.comment('The groups of each rule, to find what waits for a group');
    table
      .uuid('request_id')
      .notNullable()
      .references('id')
      .inTable('approval_requests');
    table.text('group_ref').notNullable();
    table.primary(['group_ref', 'request_id']);
    table.index(['request_id']);
  });

  await knex.schema.createTable('approval_votes', table => {
    table
      .uuid('request_id')
      .notNullable()
      .references('id')
      .inTable('approval_requests');
    table.text('person').notNullable().comment('Whose vote it is');
    table.text('cast_by').notNullable().comment('The person, or a deputy');
    table.text('answer').notNullable();
    table.text('reason');
    table.timestamp('cast_at').notNullable();
    table.primary(['request_id', 'person']);
    // Nobody speaks twice: not for oneself and for somebody else, nor for two others.
    table.unique(['request_id', 'cast_by']);
  });
  await knex.raw(`
    ALTER TABLE approval_votes ADD CONSTRAINT approval_votes_answer CHECK (answer IN ('approve', 'reject'))`);

  await knex.schema.createTable('approval_deputies', table => {
    table.uuid('id').primary();
    table.text('person').notNullable();
    table.text('deputy').notNullable();
    table.timestamp('starts_at').notNullable();
    table.timestamp('ends_at').notNullable();
    table.text('reason');
    table.timestamp('created_at').notNullable();
    table.timestamp('ended_at');
    table.text('ended_by');
    table.index(['person', 'created_at']);
    table.index(['deputy', 'created_at']);
  });

  await knex.schema.createTable('approval_answer_links', table => {
    table.comment('Links to answer with. They end with the request.');
    table.text('token_hash').primary().comment('SHA-256 of the token');
    table
      .uuid('request_id')
      .notNullable()
      .references('id')
      .inTable('approval_requests');
    table.text('person').notNullable().comment('The one who may use it');
    table.text('answer').notNullable();
    table.timestamp('created_at').notNullable();
    table.timestamp('used_at');
    table.index(['request_id']);
  });

  await knex.raw(`
    CREATE FUNCTION approval_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION '% of % is refused: what was decided never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
    END $$`);
  await knex.raw(`
    CREATE TRIGGER approval_requests_terminal BEFORE UPDATE ON approval_requests
      FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION approval_refuse_change()`);
  await knex.raw(`
    CREATE TRIGGER approval_requests_kept BEFORE DELETE ON approval_requests
      FOR EACH ROW EXECUTE FUNCTION approval_refuse_change()`);
  await knex.raw(`
    CREATE FUNCTION approval_refuse_late_vote() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT 1 FROM approval_requests
          WHERE id = COALESCE(NEW.request_id, OLD.request_id) AND ended_at IS NOT NULL) THEN
        RAISE EXCEPTION '% of a vote is refused: what was decided never changes', TG_OP
          USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN COALESCE(NEW, OLD);
    END $$`);
  await knex.raw(`
    CREATE TRIGGER approval_votes_terminal BEFORE INSERT OR UPDATE OR DELETE ON approval_votes
      FOR EACH ROW EXECUTE FUNCTION approval_refuse_late_vote()`);
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.schema.dropTable('approval_answer_links');
  await knex.schema.dropTable('approval_deputies');
  await knex.schema.dropTable('approval_votes');
  await knex.schema.dropTable('approval_deciders');
  await knex.schema.dropTable('approval_requests');
  await knex.raw('DROP FUNCTION approval_refuse_late_vote()');
  await knex.raw('DROP FUNCTION approval_refuse_change()');
};
