import { Advice } from './advice.mjs';
import { ensureMariaDb } from './mariadb.mjs';
import { Progress } from './progress.mjs';
import { ensureMoto } from './python.mjs';
import { ensureRedis } from './redis.mjs';
import { runJest } from './suiteRunners.mjs';

/** What databases are ordered on in tests, beside Postgres, which is always there. */
const engines = [
  {
    title: 'MariaDB',
    module: 'module-mariadb',
    variable: 'SLIPWAY_TEST_MARIADB',
    ensure: ensureMariaDb,
    isServer: true,
  },
  {
    title: 'Redis',
    module: 'module-redis',
    variable: 'SLIPWAY_TEST_REDIS',
    ensure: ensureRedis,
    isServer: true,
  },
  {
    title: 'AWS RDS',
    module: 'module-rds',
    variable: 'SLIPWAY_TEST_MOTO_SERVER',
    ensure: ensureMoto,
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
    `${module}/src/(conformance|faults|isolation|slowQueries|tls|watch|operations/\\w+)\\.test\\.ts$`,
  ]);
  return runJest(context, [pattern, ...left], env);
}

/**
 * Makes sure of the servers of all engines. Those that cannot be had are named as not run; on CI that is a failure.
 *
 * @param {import('./suiteRunners.mjs').Context} context
 * @param {{ onlyServers?: boolean }} [options] - `onlyServers`: no cloud that only pretends to run servers
 * @returns {Promise<{ env: NodeJS.ProcessEnv, without: string[] }>} `without`: the modules that cannot be tried here
 */
export async function findEngines(context, { onlyServers = false } = {}) {
  const env = {};
  const without = [];
  for (const { title, module, variable, ensure } of engines.filter(
    ({ isServer }) => isServer || !onlyServers,
  )) {
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
