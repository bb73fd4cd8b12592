import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';

/** Which service answers, in which version. */
export function addAboutRoute(app: FastifyInstance, config: Config): void {
  app.get('/api/v1/about', () => ({
    name: config.SERVICE_NAME,
    version: config.SERVICE_VERSION,
  }));
}
