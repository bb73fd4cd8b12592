import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer, type RunningServer } from '../lib/process.ts';
import type { Side } from './side.ts';

/** A token that only this run knows, for looking whether a portal has read everything. */
export const benchToken = randomBytes(24).toString('hex');

/**
 * Starts one side, its Postgres first, with the configuration that both sides get on top of their own: its address, the same catalog,
 * and the same pace of background work, so that neither reads its catalog again while requests are counted.
 *
 * @param phase - while preparing, the search index is built every few seconds, later not at all.
 */
export async function startSide(options: {
  side: Side;
  work: string;
  locations: object[];
  phase: 'prepare' | 'measure';
}): Promise<RunningServer> {
  const { side, work, locations, phase } = options;
  const own = join(work, side.name, 'app-config.own.yaml');
  await writeFile(own, JSON.stringify(side.config));
  const common = join(work, side.name, `app-config.${phase}.yaml`);
  await writeFile(
    common,
    JSON.stringify({
      app: { baseUrl: side.url },
      backend: {
        baseUrl: side.url,
        cors: { origin: side.url },
        auth: {
          externalAccess: [
            {
              type: 'static',
              options: { token: benchToken, subject: 'bench' },
            },
          ],
        },
      },
      catalog: {
        locations,
        rules: [
          { allow: ['Component', 'System', 'User', 'Group', 'Location'] },
        ],
        processingInterval: { hours: 6 },
      },
      search: {
        collators: {
          catalog: {
            schedule: {
              // Units are merged with those of the side's own configuration: all of them are said.
              frequency:
                phase === 'prepare'
                  ? { hours: 0, minutes: 0, seconds: 15 }
                  : { hours: 6, minutes: 0, seconds: 0 },
              timeout: { minutes: 3 },
              initialDelay: { seconds: 3 },
            },
          },
        },
      },
    }),
  );
  await side.postgres.start();
  const server = await startServer({
    command: process.execPath,
    args: [
      'packages/backend',
      ...[...side.configs, own, common].flatMap(path => ['--config', path]),
    ],
    cwd: side.bundle,
    env: {
      // Nothing else of our own environment: both sides see the same.
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      NODE_ENV: 'production',
      ...side.env,
    },
    ready: `http://127.0.0.1:${side.port}/.backstage/health/v1/readiness`,
    log: join(work, side.name, `${phase}.log`),
    timeoutSeconds: 600,
  }).catch(async error => {
    await side.postgres.stop();
    throw error;
  });
  const log = await readFile(join(work, side.name, `${phase}.log`), 'utf8');
  const fault = /"message":"([^"]* threw an error during startup[^"]*)/.exec(
    log,
  );
  if (fault) {
    await server.stop();
    await side.postgres.stop();
    throw new Error(`${side.name} runs without one of its parts: ${fault[1]}`);
  }
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await side.postgres.stop();
    },
  };
}
