import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Secrets } from './secrets.ts';
import { addresses, repository, type Settings } from './settings.ts';
import type { PortalChoice } from './supervisor/messages.ts';

/** The portal's account on the git host, for reading what people register. */
export const gitServiceAccount = 'portal';
/** The portal as an OAuth client of the git host. */
export const gitOAuthClientId = 'portal';
/** Logins that the portal's and the tenants' server have for the portal. */
export const portalRole = 'portal';
export const provisionerRole = 'slipway_provisioner';

/**
 * The environment that the configuration files refer to.
 *
 * @param path - folders with tools for the portal, put before the PATH
 */
export function portalEnvironment(
  settings: Settings,
  secrets: Secrets,
  portal: PortalChoice,
  path: string[],
): NodeJS.ProcessEnv {
  const { ports } = settings;
  const url = addresses(settings);
  return {
    ...process.env,
    PATH: [...path, process.env.PATH].join(delimiter),
    NODE_ENV: portal.kind === 'built' ? 'production' : 'development',
    NODE_COMPILE_CACHE: join(repository, '.cache', 'compile'),
    SLIPWAY_ROOT: repository,
    SLIPWAY_DATA_DIR: settings.dataDir,
    SLIPWAY_PORT: String(ports.portal),
    SLIPWAY_APP_PORT: String(ports.app),
    SLIPWAY_METRICS_PORT: String(ports.metrics),
    APP_BASE_URL: url.portal,
    POSTGRES_HOST: '127.0.0.1',
    POSTGRES_PORT: String(ports.portalDb),
    POSTGRES_USER: portalRole,
    POSTGRES_PASSWORD: secrets.portalDbPortal,
    AUTH_OIDC_METADATA_URL: `${url.identity}/.well-known/openid-configuration`,
    AUTH_OIDC_CLIENT_ID: 'portal',
    AUTH_OIDC_CLIENT_SECRET: secrets.oidcPortalSecret,
    AUTH_SESSION_SECRET: secrets.sessionSecret,
    GITEA_HOST: `localhost:${ports.git}`,
    GITEA_BASE_URL: url.git,
    GITEA_USERNAME: gitServiceAccount,
    GITEA_PASSWORD: secrets.gitServicePassword,
    GITEA_OAUTH_CLIENT_ID: gitOAuthClientId,
    GITEA_OAUTH_CLIENT_SECRET: secrets.gitOAuthSecret,
    SLIPWAY_TENANTS_HOST: '127.0.0.1',
    SLIPWAY_TENANTS_PORT: String(ports.tenantDb),
    SLIPWAY_TENANTS_USER: provisionerRole,
    SLIPWAY_TENANTS_PASSWORD: secrets.tenantDbProvisioner,
    SLIPWAY_SEALING_KEY: secrets.sealingKey,
    SLIPWAY_AUDIT_SIGNING_KEY: secrets.auditSigningKey,
  };
}

/** The configuration files, each laid over those before it. */
export function configFiles(
  settings: Settings,
  portal: PortalChoice,
): string[] {
  const own = join(repository, 'packages', 'local-stack');
  const local = join(repository, 'app-config.local.yaml');
  return [
    join(repository, 'app-config.yaml'),
    join(own, 'app-config.local-stack.yaml'),
    settings.sample
      ? join(repository, 'examples', 'app-config.sample.yaml')
      : join(own, 'app-config.empty.yaml'),
    ...(portal.kind === 'sources' ? [join(own, 'app-config.dev.yaml')] : []),
    // A developer's own, never committed.
    ...(existsSync(local) ? [local] : []),
    ...settings.configFiles,
  ];
}
