import type { LoggerService } from '@backstage/backend-plugin-api';
import { format } from 'node:util';

const LEVELS = {
  debug: 'debug',
  info: 'info',
  log: 'info',
  warn: 'warn',
  error: 'error',
} as const;

/**
 * Sends to the logger what libraries write to the console: knex, for one, reports lost connections there. Otherwise those lines
 * would be no JSON, and secrets in them would not be redacted.
 *
 * @returns undoes it
 */
export function logConsole(logger: LoggerService): () => void {
  const before = { ...console };
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method as keyof typeof LEVELS] = (...parts) =>
      logger[level](format(...parts), { source: 'console' });
  }
  return () => Object.assign(console, before);
}
