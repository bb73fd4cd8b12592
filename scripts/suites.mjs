import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { runBrowserTests } from './lib/browserTests.mjs';
import { findEngines, runEngineTests } from './lib/engineTests.mjs';
import { runSecretStoreTests } from './lib/secretStoreTests.mjs';
import { runCheck, runJest, runNodeTests } from './lib/suiteRunners.mjs';

/** For suites that use packages of ours in plain Node. */
const compilesTypeScript = {
  NODE_OPTIONS: `--require=${join(root, 'node_modules/@backstage/cli/config/nodeTransform.cjs')}`,
};

/** Tests of what keeps databases and secrets on servers of others, against those servers. */
const ENGINES = '/plugins/databases-backend-module-';

/**
 * All suites in the order in which they begin: what fails fast comes first, and what takes long has others beside it.
 *
 * `when` says which command runs a suite: `quick` is `npm test` (and `npm run test:all`), `all` is `npm run test:all` only.
 * `run` gets the context of `runSuites.mjs` and returns `{ passed, failed }`, the numbers of tests; a suite that ran
 * none fails. `cores` says how many it keeps busy: those that fit run side by side. Add an entry here and nothing else is
 * needed.
 *
 * @type {{ name: string, when: 'quick' | 'all', cores: 1 | 2, run: (context: import('./lib/suiteRunners.mjs').Context) => Promise<{ passed: number, failed: number }> }[]}
 */
export const suites = [
  {
    name: 'format',
    when: 'quick',
    cores: 1,
    run: context =>
      runCheck(context, ['prettier', '--check', '--log-level=warn', '.']),
  },
  {
    name: 'types',
    when: 'quick',
    cores: 1,
    run: async context => {
      const whole = await runCheck(context, [
        'tsc',
        '--noEmit',
        '--incremental',
        'false',
        '--emitDeclarationOnly',
        'false',
      ]);
      // It runs as it is in Node, and so follows Node's rules of modules.
      const bench = await runCheck(context, ['tsc', '-p', 'bench']);
      return {
        passed: whole.passed + bench.passed,
        failed: whole.failed + bench.failed,
      };
    },
  },
  {
    name: 'lint',
    when: 'quick',
    cores: 2,
    run: context =>
      runCheck(context, [
        'backstage-cli',
        'repo',
        'lint',
        '--max-warnings',
        '0',
        '--success-cache',
        '--success-cache-dir',
        join(root, '.cache', 'lint'),
      ]),
  },
  {
    name: 'packages',
    when: 'quick',
    cores: 2,
    run: context => runJest(context, ['--testPathIgnorePatterns', ENGINES]),
  },
  {
    name: 'engines',
    when: 'all',
    cores: 2,
    run: context => runEngineTests(context, ENGINES),
  },
  {
    name: 'test servers',
    when: 'quick',
    cores: 1,
    run: context =>
      runNodeTests(context, files('packages/test-servers/src/**/*.test.ts')),
  },
  {
    name: 'benchmarks',
    when: 'quick',
    cores: 1,
    run: context => runNodeTests(context, files('bench/lib/*.test.ts')),
  },
  {
    name: 'browser',
    when: 'quick',
    cores: 1,
    run: context =>
      runBrowserTests(context, [
        // The longest first, or one browser is left with it when the other has done all the rest.
        ...files('packages/app/e2e-tests/{pages,policies}.test.ts'),
        ...files('packages/app/e2e-tests/**/!(pages|policies).test.ts'),
      ]),
  },
  {
    name: 'local stack',
    when: 'quick',
    cores: 1,
    run: context =>
      runNodeTests(context, [
        ...files('packages/local-stack/src/**/*.test.ts'),
        ...files('scripts/lib/*.test.mjs'),
      ]),
  },
  {
    name: 'start',
    when: 'quick',
    cores: 1,
    run: context =>
      runNodeTests(context, files('scripts/tests/*.test.mjs'), {
        concurrency: 1,
      }),
  },
  {
    name: 'policies',
    when: 'quick',
    cores: 1,
    run: context =>
      runNodeTests(context, files('scripts/policies/*.test.mjs'), {
        env: compilesTypeScript,
      }),
  },
  {
    name: 'templates',
    when: 'quick',
    cores: 1,
    run: context => runNodeTests(context, files('templates/*/*.test.mjs')),
  },
  {
    name: 'crashes',
    when: 'all',
    cores: 1,
    run: context =>
      runNodeTests(
        context,
        files('{packages,plugins}/*/crash-tests/*.test.ts'),
        {
          concurrency: 1,
          env: compilesTypeScript,
          // What does not survive a kill each time does not survive it.
          once: true,
        },
      ),
  },
  {
    name: 'secret stores',
    when: 'all',
    cores: 1,
    run: context =>
      runSecretStoreTests(
        context,
        files('plugins/*/conformance-tests/*.test.ts'),
        { env: compilesTypeScript },
      ),
  },
  {
    name: 'backend',
    when: 'all',
    cores: 1,
    run: async context => {
      const { env, without } = await findEngines(context, {
        onlyServers: true,
      });
      return runNodeTests(
        context,
        files('packages/backend/e2e-tests/*.test.ts').filter(
          file => without.length === 0 || !file.endsWith('engines.test.ts'),
        ),
        { concurrency: 1, env },
      );
    },
  },
  {
    name: 'company',
    when: 'all',
    cores: 2,
    run: context =>
      runNodeTests(context, files('examples/company/test/*.test.ts')),
  },
];

/** Paths that fit a pattern, in a stable order. */
function files(pattern) {
  return globSync(pattern, {
    cwd: root,
    exclude: name => name === 'node_modules' || name === 'skeleton',
  })
    .sort()
    .map(path => join(root, path))
    .filter(existsSync);
}
