import type { LoggerService } from '@backstage/backend-plugin-api';

/** Says nothing, for processes whose output is read. */
export const silentLogger: LoggerService = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  child: () => silentLogger,
};
