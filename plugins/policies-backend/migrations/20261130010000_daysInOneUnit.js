// @ts-check

/**
 * Days of before counted pairs of a policy and a thing, those since count checks. A rate of the one beside one of the other would be
 * a change that nobody made, and what was counted then cannot be counted anew: the days of before are dropped.
 *
 * @param {import('knex').Knex} knex
 */
exports.up = async function up(knex) {
  await knex('policy_days').delete();
};

/** Nothing to take back: days are as they were. */
exports.down = async function down() {};
