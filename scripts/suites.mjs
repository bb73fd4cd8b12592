import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/paths.mjs';
import { runBrowserTests } from './lib/browserTests.mjs';
import { runSecretStoreTests } from './lib/secretStoreTests.mjs';
import { runCheck, runJest, runNodeTests } from './lib/suiteRunners.mjs';

/** For suites that use packages of ours in plain Node. */
const compilesTypeScript = {
  NODE_OPTIONS: `--require=${join(root, 'node_modules/@backstage/cli/config/nodeTransform.cjs')}`,
};

/**
 * All suites in the order in which they run: what fails fast comes first.
 *
 * `when` says which command runs a suite: `quick` is `npm test` (and `npm run test:all`), `all` is `npm run test:all` only.
 * `run` gets the context of `runSuites.mjs` and returns `{ passed, failed }`, the numbers of tests; a suite that ran
 * none fails. Add an entry here and nothing else is needed.
 *
 * @type {{ name: string, when: 'quick' | 'all', run: (context: import('./lib/suiteRunners.mjs').Context) => Promise<{ passed: number, failed: number }> }[]}
 */
export const suites = [
  {
    name: 'format',
    when: 'quick',
    run: context =>
      runCheck(context, ['prettier', '--check', '--log-level=warn', '.']),
  },
  {
    name: 'types',
    when: 'quick',
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
    run: context => runJest(context, []),
  },
  {
    name: 'test servers',
    when: 'quick',
    run: context =>
      runNodeTests(context, files('packages/test-servers/src/**/*.test.ts')),
  },
  {
    name: 'local stack',
    when: 'quick',
    run: context =>
      runNodeTests(context, [
        ...files('packages/local-stack/src/**/*.test.ts'),
        ...files('scripts/lib/*.test.mjs'),
      ]),
  },
  {
    name: 'benchmarks',
    when: 'quick',
    run: context => runNodeTests(context, files('bench/lib/*.test.ts')),
  },
  {
    name: 'start',
    when: 'quick',
    run: context =>
      runNodeTests(context, files('scripts/tests/*.test.mjs'), {
        concurrency: 1,
      }),
  },
  {
    name: 'policies',
    when: 'quick',
    run: context =>
      runNodeTests(context, files('scripts/policies/*.test.mjs'), {
        env: compilesTypeScript,
      }),
  },
  {
    name: 'templates',
    when: 'quick',
    run: context => runNodeTests(context, files('templates/*/*.test.mjs')),
  },
  {
    name: 'browser',
    when: 'quick',
    run: context =>
      runBrowserTests(context, files('packages/app/e2e-tests/**/*.test.ts')),
  },
  {
    name: 'crashes',
    when: 'all',
    run: context =>
      runNodeTests(
        context,
        files('{packages,plugins}/*/crash-tests/*.test.ts'),
        {
          concurrency: 1,
          env: compilesTypeScript,
        },
      ),
  },
  {
    name: 'secret stores',
    when: 'all',
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
    run: context =>
      runNodeTests(context, files('packages/backend/e2e-tests/*.test.ts'), {
        concurrency: 1,
      }),
  },
  {
    name: 'company',
    when: 'all',
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
