import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bootstrapServer } from '@slipway/plugin-databases-backend-module-postgres/bootstrap';
import { Client } from 'pg';
import type { RunningIdentityProvider } from '../../../../bench/lib/identity.ts';
import type { BenchPostgres } from '../../../../bench/lib/postgres.ts';
import { configuration, organisation } from './configuration.ts';

const root = resolve(import.meta.dirname, '../../../..');

/** Writes the configuration files of a world; their paths, lowest first. */
export async function writeConfiguration(
  folder: string,
  options: { filesHost: string; plugins: string[] },
): Promise<string[]> {
  const organisationFile = join(folder, 'organisation.yaml');
  await writeFile(organisationFile, organisation());
  const file = join(folder, 'app-config.callers.yaml');
  await writeFile(
    file,
    JSON.stringify(configuration({ organisationFile, ...options })),
  );
  return [join(root, 'app-config.yaml'), file];
}

/** Prepares the tenants' server, and says where everything is. */
export async function environment(parts: {
  postgres: BenchPostgres;
  tenants: BenchPostgres;
  identity: RunningIdentityProvider;
  port: number;
  metrics: number;
}): Promise<NodeJS.ProcessEnv> {
  const { postgres, tenants, identity, port, metrics } = parts;
  const secret = () => randomBytes(32).toString('base64');
  const provisioner = randomBytes(24).toString('base64url');
  const administrator = new Client(tenants.connection);
  await administrator.connect();
  await bootstrapServer(administrator, {
    provisioner: 'provisioner',
    password: provisioner,
  });
  await administrator.end();
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    TZ: 'UTC',
    NODE_ENV: 'production',
    APP_BASE_URL: `http://localhost:${port}`,
    SLIPWAY_PORT: String(port),
    SLIPWAY_METRICS_PORT: String(metrics),
    POSTGRES_HOST: postgres.connection.host,
    POSTGRES_PORT: String(postgres.connection.port),
    POSTGRES_USER: postgres.connection.user,
    POSTGRES_PASSWORD: postgres.connection.password,
    AUTH_SESSION_SECRET: secret(),
    AUTH_OIDC_METADATA_URL: identity.metadataUrl,
    AUTH_OIDC_CLIENT_ID: identity.clientId,
    AUTH_OIDC_CLIENT_SECRET: identity.clientSecret,
    GITEA_OAUTH_CLIENT_ID: 'nobody',
    GITEA_OAUTH_CLIENT_SECRET: secret(),
    GITEA_USERNAME: 'nobody',
    GITEA_PASSWORD: secret(),
    SLIPWAY_SEALING_KEY: secret(),
    SLIPWAY_TENANTS_HOST: tenants.connection.host,
    SLIPWAY_TENANTS_PORT: String(tenants.connection.port),
    SLIPWAY_TENANTS_USER: 'provisioner',
    SLIPWAY_TENANTS_PASSWORD: provisioner,
  };
}
