import { Advice } from './advice.mjs';
import { ensureMariaDb } from './mariadb.mjs';
import { Progress } from './progress.mjs';
import { ensureRedis } from './redis.mjs';
import { runJest } from './suiteRunners.mjs';

/** The servers that databases are ordered on in tests, beside Postgres, which is always there. */
const engines = [
  {
    title: 'MariaDB',
    module: 'module-mariadb',
    variable: 'SLIPWAY_TEST_MARIADB',
    ensure: ensureMariaDb,
  },
  {
    title: 'Redis',
    module: 'module-redis',
    variable: 'SLIPWAY_TEST_REDIS',
    ensure: ensureRedis,
  },
];

/**
 * Runs what jest finds by `pattern`, with the servers that it needs.
 *
 * @param {import('./suiteRunners.mjs').Context} context
 * @param {string} pattern
 * @returns {Promise<import('./suiteRunners.mjs').Result>}
 */
export async function runEngineTests(context, pattern) {
  const { env, without } = await findEngines(context);
  const left = without.flatMap(module => [
    '--testPathIgnorePatterns',
    `${module}/src/(conformance|faults|isolation|tls|watch|operations/\\w+)\\.test\\.ts$`,
  ]);
  return runJest(context, [pattern, ...left], env);
}

/**
 * Makes sure of the servers of all engines. Those that cannot be had are named as not run; on CI that is a failure.
 *
 * @param {import('./suiteRunners.mjs').Context} context
 * @returns {Promise<{ env: NodeJS.ProcessEnv, without: string[] }>} `without`: the modules that cannot be tried here
 */
export async function findEngines(context) {
  const env = {};
  const without = [];
  for (const { title, module, variable, ensure } of engines) {
    try {
      env[variable] = JSON.stringify(await ensure(new Progress()));
    } catch (error) {
      if (process.env.CI || !(error instanceof Advice)) {
        throw error;
      }
      context.say(
        `not run: ${title} as a provider of databases (${error.message} ${error.wayOut})`,
      );
      without.push(module);
    }
  }
  return { env, without };
}
