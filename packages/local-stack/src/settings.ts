import { isAbsolute, join, resolve } from 'node:path';

/** The root of the repository. */
export const repository = resolve(import.meta.dirname, '../../..');

/**
 * Where the local stack listens and keeps its data, as the environment says.
 *
 * @public
 */
export interface Settings {
  /** Absolute path of the folder with everything that survives a restart. */
  dataDir: string;
  ports: {
    portal: number;
    portalDb: number;
    tenantDb: number;
    identity: number;
    git: number;
    metrics: number;
    /** The app's own server, used with hot reload only. */
    app: number;
  };
  /** Whether the sample company is loaded. */
  sample: boolean;
  /** Further configuration files, laid over ours. Absolute paths. */
  configFiles: string[];
}

/**
 * Reads the settings from environment variables. The start script has checked them; what it leaves out has its default here.
 *
 * @throws Error when a port is no number
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    dataDir: resolve(env.SLIPWAY_DATA_DIR || join(repository, '.local')),
    ports: {
      portal: port(env, 'SLIPWAY_PORT', 7007),
      portalDb: port(env, 'SLIPWAY_PORTAL_DB_PORT', 7010),
      tenantDb: port(env, 'SLIPWAY_TENANT_DB_PORT', 7011),
      identity: port(env, 'SLIPWAY_OIDC_PORT', 7012),
      git: port(env, 'SLIPWAY_GIT_PORT', 7013),
      metrics: port(env, 'SLIPWAY_METRICS_PORT', 9464),
      app: port(env, 'SLIPWAY_APP_PORT', 3000),
    },
    sample: env.SLIPWAY_SAMPLE !== 'off',
    configFiles: (env.SLIPWAY_CONFIG ?? '')
      .split(':')
      .filter(Boolean)
      .map(file => (isAbsolute(file) ? file : join(repository, file))),
  };
}

function port(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const value = Number(env[name] || fallback);
  if (!Number.isInteger(value) || value < 1 || value > 65535) {
    throw new Error(`${name} must be a port number, not "${env[name]}"`);
  }
  return value;
}

/** Addresses that follow from the settings. All of them are on the loopback interface. */
export function addresses(settings: Settings) {
  const { ports } = settings;
  return {
    portal: `http://localhost:${ports.portal}`,
    identity: `http://localhost:${ports.identity}`,
    git: `http://localhost:${ports.git}`,
    app: `http://localhost:${ports.app}`,
  };
}
