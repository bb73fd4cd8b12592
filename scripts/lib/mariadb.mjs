import { ensureServer } from './debianPackages.mjs';

/**
 * Makes sure of a MariaDB to test with.
 *
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<import('./debianPackages.mjs').ServerFiles>}
 * @throws Advice where there is none and none can be fetched
 */
export function ensureMariaDb(progress) {
  return ensureServer(progress, {
    title: 'MariaDB',
    program: 'mariadbd',
    variable: 'SLIPWAY_TEST_MARIADB_HOME',
    packages: [
      'mariadb-server-core',
      'mariadb-client-core',
      'libaio1',
      'liburing2',
      'libnuma1',
      'libpcre2-8-0',
    ],
    wayOut: 'Install MariaDB 10.6 or newer (brew install mariadb)',
  });
}
