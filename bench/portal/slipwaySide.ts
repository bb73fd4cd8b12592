import { randomBytes } from 'node:crypto';
import { bundleEnvironment } from '../../scripts/production-bundle.mjs';
import type { BenchPostgres } from '../lib/postgres.ts';
import type { RunningIdentityProvider } from '../lib/identity.ts';
import type { Person } from './catalogData.ts';
import type { Side } from './side.ts';

/**
 * Our portal with its own production configuration: sign-in by OpenID Connect, the permission policy that asks who owns
 * what, events between replicas, metrics, request ids, and databases to order.
 *
 * @param options.tenants - the server on which databases could be ordered; nobody orders any here.
 */
export function slipwaySide(options: {
  bundle: string;
  port: number;
  metricsPort: number;
  postgres: BenchPostgres;
  tenants: BenchPostgres['connection'];
  identity: RunningIdentityProvider;
  person: Person;
}): Side {
  const { bundle, port, metricsPort, postgres, tenants, identity, person } =
    options;
  const { connection } = postgres;
  const secret = () => randomBytes(32).toString('base64');
  return {
    name: 'ours',
    url: `http://localhost:${port}`,
    port,
    postgres,
    bundle,
    configs: ['app-config.yaml', 'app-config.production.yaml'],
    env: {
      ...bundleEnvironment(bundle),
      APP_BASE_URL: `http://localhost:${port}`,
      SLIPWAY_HOST: '127.0.0.1',
      SLIPWAY_PORT: String(port),
      SLIPWAY_METRICS_HOST: '127.0.0.1',
      SLIPWAY_METRICS_PORT: String(metricsPort),
      SLIPWAY_SHUTDOWN_DELAY: '0s',
      POSTGRES_HOST: connection.host,
      POSTGRES_PORT: String(connection.port),
      POSTGRES_USER: connection.user,
      POSTGRES_PASSWORD: connection.password,
      AUTH_OIDC_METADATA_URL: identity.metadataUrl,
      AUTH_OIDC_CLIENT_ID: identity.clientId,
      AUTH_OIDC_CLIENT_SECRET: identity.clientSecret,
      AUTH_SESSION_SECRET: secret(),
      SLIPWAY_SEALING_KEY: secret(),
      SLIPWAY_TENANTS_HOST: tenants.host,
      SLIPWAY_TENANTS_PORT: String(tenants.port),
      SLIPWAY_TENANTS_USER: tenants.user,
      SLIPWAY_TENANTS_PASSWORD: tenants.password,
    },
    config: {
      // The servers of the benchmark speak no TLS, on either side.
      backend: { database: { connection: { ssl: false } } },
      databases: {
        providers: {
          postgres: [
            {
              id: 'shared',
              title: 'Shared Postgres',
              environments: ['development', 'staging', 'production'],
              connection: {
                host: tenants.host,
                port: tenants.port,
                user: tenants.user,
                password: tenants.password,
              },
            },
          ],
        },
      },
    },
    catalogPath: '/catalog',
    signInLabel: 'Sign in',
    signIn: async page => {
      const popup = page.waitForEvent('popup');
      await page.getByRole('button', { name: /^Sign in/ }).click();
      const form = await popup;
      await form.locator(`input[value="${person.name}"]`).check();
      await form.locator('#password').fill(identity.password);
      const closed = form.waitForEvent('close');
      await form.getByRole('button', { name: 'Sign in' }).click();
      await closed;
      await page.getByRole('navigation').first().waitFor();
    },
  };
}
