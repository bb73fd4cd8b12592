// @ts-check

const { readFile } = require('node:fs/promises');
const { resolve } = require('node:path');

/**
 * Puts the functions of this version in place. Once the trail is handed over only an administrator can, with the same file:
 * see docs/audit.md. The portal says so until they have.
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
    resolve(__dirname, '../handover.sql'),
    'utf8',
  );
  const [, functions] = statements.split(/^-- (?:>>>|<<<) The functions\..*$/m);
  await knex.raw(functions);
};

/**
 * The functions stay: what they refuse was never right.
 */
exports.down = async function down() {};
