import { startKubernetesApi, startMoto } from '@slipway/test-servers';
import { ensureControlPlane } from './controlPlane.mjs';
import { Progress } from './progress.mjs';
import { ensureMoto } from './python.mjs';
import { runNodeTests } from './suiteRunners.mjs';

/** The variable by which a user's own Vault or OpenBao is named. */
export const VAULT_VARIABLE = 'SLIPWAY_TEST_VAULT_ADDR';

/**
 * Runs the conformance suites of the stores of secrets, each against its real counterpart.
 *
 * @param {import('./suiteRunners.mjs').Context} context
 * @param {string[]} files
 * @param {{ env: NodeJS.ProcessEnv }} options - `env` lets Node run TypeScript of packages
 */
export async function runSecretStoreTests(context, files, { env }) {
  const progress = new Progress();
  const programs = await ensureControlPlane(progress);
  const moto = await ensureMoto(progress);
  const servers = [];
  try {
    const kubernetes = await startKubernetesApi({
      etcd: programs.SLIPWAY_TEST_ETCD,
      apiserver: programs.SLIPWAY_TEST_KUBE_APISERVER,
    });
    servers.push(kubernetes);
    const aws = await startMoto(moto);
    servers.push(aws);
    return await runNodeTests(
      context,
      files.filter(
        file => process.env[VAULT_VARIABLE] || !file.endsWith('vault.test.ts'),
      ),
      {
        concurrency: 1,
        env: {
          ...env,
          SLIPWAY_TEST_KUBERNETES: JSON.stringify(kubernetes),
          SLIPWAY_TEST_MOTO: JSON.stringify(aws),
        },
      },
    );
  } finally {
    await Promise.all(servers.map(server => server.stop()));
  }
}
