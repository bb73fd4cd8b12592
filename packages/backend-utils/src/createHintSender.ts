import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';

/** Several events in a row; live pages need to look once. */
const GATHER_MS = 100;

/**
 * Sends hints that something changed. What is said of the same thing in a row is one hint, and a hint may be lost.
 *
 * @param options - `publish`: tells whoever listens
 * @public
 */
export function createHintSender<T extends string>(options: {
  logger: LoggerService;
  publish(about: T): Promise<void>;
  /** How long hints about the same thing are gathered, in milliseconds; 100 when left out. */
  gatherMs?: number;
}): {
  send(about: T): void;
  /** Calls back with each hint: something may be waiting in the outbox. */
  onSent(listener: () => void): void;
} {
  const { logger, publish, gatherMs = GATHER_MS } = options;
  const pending = new Set<T>();
  const listeners: (() => void)[] = [];
  return {
    onSent: listener => listeners.push(listener),
    send(about) {
      if (pending.has(about)) return;
      pending.add(about);
      setTimeout(() => {
        pending.delete(about);
        publish(about).catch(error =>
          logger.debug('A hint was lost', toError(error)),
        );
        for (const listener of listeners) listener();
      }, gatherMs);
    },
  };
}
