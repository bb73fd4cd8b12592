// @ts-check

/**
 * Knex would take a question mark for a value: it is escaped.
 *
 * Words by their beginnings, with what Postgres has by itself: pg_trgm would find parts of words, and is not there or not to be
 * had on every server. Never change this expression: `searchViolations.ts` asks by the same.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex.raw(`
    CREATE FUNCTION policy_search_words(name text, message text, title text, policy text) RETURNS tsvector
      LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT to_tsvector('simple'::regconfig, translate(
        name || ' ' || message || ' ' || title || ' ' || policy,
        '!"#$%&''()*+,-./:;<=>\\?@[\\]^_\`{|}~', repeat(' ', 32)))
    $$`);
  await knex.raw(`
    CREATE INDEX policy_violations_search ON policy_violations
      USING gin (policy_search_words(name, message, title, policy)) WHERE resolved_at IS NULL`);
};

/**
 * @param {import('knex').Knex} knex
 */
exports.down = async function down(knex) {
  await knex.raw('DROP INDEX policy_violations_search');
  await knex.raw('DROP FUNCTION policy_search_words');
};
