// @ts-check

const { readFile } = require('node:fs/promises');
const { resolve } = require('node:path');

/**
 * Once the trail is handed over only an administrator can replace its functions, with the same file: see docs/audit.md. The
 * portal says so until they have.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  const { rows } = await knex.raw(
    `SELECT pg_has_role(nspowner, 'USAGE') AS mine FROM pg_namespace WHERE nspname = 'slipway_audit'`,
  );
  if (!rows[0].mine) {
    return;
  }
  const statements = await readFile(
    resolve(__dirname, '../upgrade.sql'),
    'utf8',
  );
  // A migration has a transaction already.
  await knex.raw(statements.replace(/^(BEGIN|COMMIT);$/gm, ''));
};

/**
 * The checks stay: what they refuse was never right.
 */
exports.down = async function down() {};
