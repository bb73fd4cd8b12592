// @ts-check

/**
 * Replaced the functions of the trail. The next migration does, with those of today.
 */
exports.up = async function up() {};

exports.down = async function down() {};
