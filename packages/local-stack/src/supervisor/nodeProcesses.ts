import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { configFiles, portalEnvironment } from '../portalEnvironment.ts';
import type { Secrets } from '../secrets.ts';
import { addresses, repository, type Settings } from '../settings.ts';
import type { PortalChoice } from './messages.ts';
import type { ProcessSpec } from './SupervisedProcess.ts';

/** The first start runs all migrations. */
const PORTAL_READY_WITHIN_MS = 300_000;
const SERVER_READY_WITHIN_MS = 120_000;
const diskFull = /ENOSPC|No space left on device/;

/** How the identity provider is run. */
export function identitySpec(settings: Settings): ProcessSpec {
  return serverSpec(settings, {
    name: 'identity',
    title: 'the identity provider',
    script: join(import.meta.dirname, '..', 'identity', 'main.ts'),
    probe: `http://127.0.0.1:${settings.ports.identity}/.well-known/openid-configuration`,
  });
}

/** How the git host is run. */
export function gitHostSpec(settings: Settings): ProcessSpec {
  return serverSpec(settings, {
    name: 'git-host',
    title: 'the git host',
    script: join(import.meta.dirname, '..', 'gitHostMain.ts'),
    probe: `http://127.0.0.1:${settings.ports.git}/api/healthz`,
  });
}

/** How the portal is run: one process, or the backend and the app's own server with hot reload. */
export function portalSpecs(
  settings: Settings,
  secrets: Secrets,
  portal: PortalChoice,
  path: string[],
): ProcessSpec[] {
  const env = portalEnvironment(settings, secrets, portal, path);
  const config = configFiles(settings, portal).flatMap(file => [
    '--config',
    file,
  ]);
  const url = addresses(settings);
  const backend = {
    name: 'portal',
    title: 'the portal',
    env,
    logFile: join(settings.dataDir, 'logs', 'portal.log'),
    stopSignal: 'SIGTERM' as const,
    // Long polls are cut off then; everything else has ended by itself long before.
    patienceMs: 10_000,
    ready: probeUntilOk(
      `http://127.0.0.1:${settings.ports.portal}/.backstage/health/v1/readiness`,
    ),
    readyWithinMs: PORTAL_READY_WITHIN_MS,
    complaints: [
      {
        pattern: diskFull,
        text: `The disk is full: the portal cannot write. Free some space.`,
      },
    ],
  };
  if (portal.kind === 'built') {
    return [
      {
        ...backend,
        command: process.execPath,
        args: ['packages/backend', ...config],
        cwd: portal.dir,
      },
    ];
  }
  const cli = join(repository, 'node_modules', '.bin', 'backstage-cli');
  return [
    {
      ...backend,
      command: process.execPath,
      args: [cli, 'package', 'start', ...config],
      cwd: join(repository, 'packages', 'backend'),
    },
    {
      ...backend,
      name: 'app',
      title: "the app's development server",
      command: process.execPath,
      args: [cli, 'package', 'start', ...config],
      cwd: join(repository, 'packages', 'app'),
      logFile: join(settings.dataDir, 'logs', 'app.log'),
      ready: probeUntilOk(url.app),
    },
  ];
}

function serverSpec(
  settings: Settings,
  server: { name: string; title: string; script: string; probe: string },
): ProcessSpec {
  return {
    name: server.name,
    title: server.title,
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
      server.script,
    ],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(repository, '.cache', 'compile'),
    },
    cwd: repository,
    logFile: join(settings.dataDir, 'logs', `${server.name}.log`),
    stopSignal: 'SIGTERM',
    patienceMs: 10_000,
    ready: probeUntilOk(server.probe),
    readyWithinMs: SERVER_READY_WITHIN_MS,
    complaints: [
      {
        pattern: diskFull,
        text: `The disk is full: ${server.title} cannot write. Free some space.`,
      },
    ],
  };
}

function probeUntilOk(url: string): (signal: AbortSignal) => Promise<void> {
  return async signal => {
    while (!signal.aborted) {
      try {
        const response = await fetch(url, {
          signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
        });
        await response.body?.cancel();
        if (response.ok) {
          return;
        }
      } catch {
        // Nothing listens yet, or it is slow: asked again until the time is over.
      }
      await sleep(100);
    }
  };
}
