import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { openDependencies } from './dependencies.ts';
import { stopTelemetry } from './telemetry.ts';

/** What is still under way is given this long before the process ends. */
const SHUTDOWN_LIMIT_MS = 25_000;

const config = readConfig(process.env);
const dependencies = openDependencies(process.env);
const readiness = { accepting: true };
const app = createApp(config, dependencies, readiness);

async function shutDown(signal: string): Promise<void> {
  if (!readiness.accepting) {
    return;
  }
  app.log.info({ signal }, 'shutting down');
  readiness.accepting = false;
  setTimeout(() => {
    app.log.fatal('shutdown took too long');
    process.exit(1);
  }, SHUTDOWN_LIMIT_MS + config.SHUTDOWN_DELAY_MS).unref();

  await sleep(config.SHUTDOWN_DELAY_MS);
  await app.close();
  await dependencies.close();
  await stopTelemetry();
  app.log.info('stopped');
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    shutDown(signal).catch((error: unknown) => {
      app.log.fatal({ err: error }, 'shutdown failed');
      process.exit(1);
    });
  });
}

try {
  await dependencies.prepare(app.log);
  await app.listen({ host: config.HOST, port: config.PORT });
} catch (error) {
  app.log.fatal({ err: error }, 'could not start');
  await dependencies.close();
  await stopTelemetry();
  process.exitCode = 1;
}
