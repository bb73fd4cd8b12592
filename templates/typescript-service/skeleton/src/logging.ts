import type { FastifyInstance } from 'fastify';

/** For routes that are asked every few seconds: only what needs somebody. */
export function quietLevel(app: FastifyInstance): 'silent' | 'warn' {
  return app.log.level === 'silent' ? 'silent' : 'warn';
}
