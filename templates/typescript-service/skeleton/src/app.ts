import { randomUUID } from 'node:crypto';
import { context } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { addAboutRoute } from './about.ts';
import type { Config } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import { addHealthRoutes, type Readiness } from './health.ts';
import { addMetrics } from './metrics.ts';

/** An id that a caller may give: short, and safe to write to a log. */
const REQUEST_ID = /^[\w.-]{1,64}$/;

/** Everything the service answers, without listening yet. */
export function createApp(
  config: Config,
  dependencies: Dependencies,
  readiness: Readiness = { accepting: true },
): FastifyInstance {
  const app = Fastify({
    logger: {
      level: config.LOG_LEVEL,
      base: { service: config.SERVICE_NAME, version: config.SERVICE_VERSION },
      redact: ['req.headers.authorization', 'req.headers.cookie'],
    },
    genReqId: request => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given)
        ? given
        : randomUUID();
    },
    bodyLimit: 1_048_576,
    requestTimeout: 30_000,
    // Connections that are kept alive would hold up a shutdown.
    forceCloseConnections: 'idle',
    return503OnClosing: true,
  });

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    nameSpan(request);
    done();
  });

  addMetrics(app);
  addHealthRoutes(app, dependencies.checks, readiness);
  addAboutRoute(app, config);
  dependencies.addRoutes(app);
  return app;
}

/** Traces are grouped by the route's pattern, as metrics are. */
function nameSpan(request: FastifyRequest): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata && request.routeOptions.url) {
    metadata.route = request.routeOptions.url;
  }
}
