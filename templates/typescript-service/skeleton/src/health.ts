import type { FastifyInstance } from 'fastify';
import { quietLevel } from './logging.ts';

/** Something the service cannot work without. */
export interface Check {
  name: string;
  /** Resolves when the thing answers; rejects with the reason when not. */
  run(): Promise<void>;
}

/** Says whether new requests are welcome. */
export interface Readiness {
  accepting: boolean;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Liveness (`/healthz`) and readiness (`/readyz`). */
export function addHealthRoutes(
  app: FastifyInstance,
  checks: readonly Check[],
  readiness: Readiness,
): void {
  // Liveness looks at nothing outside: restarting us would not mend it.
  app.get('/healthz', { logLevel: quietLevel(app) }, () => ({ status: 'ok' }));

  app.get('/readyz', { logLevel: quietLevel(app) }, async (request, reply) => {
    const results = await Promise.all(
      checks.map(async check => {
        try {
          await withTimeout(check.run());
          return [check.name, 'ok'] as const;
        } catch (error) {
          // The reason is for the log: it may name hosts and users.
          request.log.warn({ err: error, check: check.name }, 'check failed');
          return [check.name, 'failed'] as const;
        }
      }),
    );
    const ready =
      readiness.accepting && results.every(([, result]) => result === 'ok');
    return reply.status(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(results),
    });
  });
}

async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`No answer within ${CHECK_TIMEOUT_MS} ms`));
    }, CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
