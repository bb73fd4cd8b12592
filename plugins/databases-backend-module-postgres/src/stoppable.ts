import { RetryableError } from '@slipway/plugin-databases-node';
import type { Client } from 'pg';
import type { Session } from './PostgresServer';

/** Time for the server to stop a statement once it is told to, in milliseconds. */
const GRACE_MS = 2_000;

/**
 * A session that ends its work when the caller does not wait any longer: the
 * statement under way is stopped on the server, and no other begins. A server
 * that does not obey is left.
 *
 * @param options.cancel - tells the server to stop what this session does
 * @returns the session, and what has to be called when the work has ended. After
 *   a stop it must not be used again: the order to stop may still be on its way.
 * @internal
 */
export function stoppable(
  client: Client,
  options: {
    title: string;
    signal?: AbortSignal;
    cancel(processId: number): Promise<void>;
  },
): { session: Session; done(): void } {
  const { title, signal, cancel } = options;
  if (!signal) {
    return { session: client, done() {} };
  }
  /** What its type hides. */
  const inside = client as Client & {
    processID?: number;
    connection?: { stream: { destroy(): void } };
  };
  let leaving: NodeJS.Timeout | undefined;
  const stop = () => {
    // `end` would do, but of a client that is still connecting pg never says then what became of it.
    const leave = () => inside.connection?.stream.destroy();
    leaving = setTimeout(leave, GRACE_MS);
    if (inside.processID) {
      cancel(inside.processID).catch(() => {
        // Nobody could be told; the session is left in a moment.
      });
    }
  };
  signal.addEventListener('abort', stop, { once: true });
  const query = (...args: Parameters<Client['query']>) =>
    signal.aborted
      ? Promise.reject(new RetryableError(`Stopped before ${title} was done`))
      : client.query(...args);
  return {
    session: { signal, query: query as Session['query'] },
    done() {
      signal.removeEventListener('abort', stop);
      clearTimeout(leaving);
    },
  };
}
