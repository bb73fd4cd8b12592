import { ensureServer } from './debianPackages.mjs';

/**
 * Makes sure of a Redis to test with.
 *
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<import('./debianPackages.mjs').ServerFiles>}
 * @throws Advice where there is none and none can be fetched
 */
export function ensureRedis(progress) {
  return ensureServer(progress, {
    title: 'Redis',
    program: 'redis-server',
    variable: 'SLIPWAY_TEST_REDIS_HOME',
    // Debian's program of the server lies in the package of its tools.
    packages: [
      'redis-server',
      'redis-tools',
      'libjemalloc2',
      'liblzf1',
      'libatomic1',
    ],
    wayOut: 'Install Redis 7 or newer (brew install redis)',
  });
}
