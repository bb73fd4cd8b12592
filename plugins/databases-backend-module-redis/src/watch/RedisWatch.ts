import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '@backstage/errors';
import type { WatchOptions } from '@slipway/plugin-databases-node';
import { RedisServer } from '../RedisServer';
import { registry, write } from '../registry';
import { endExpired } from './endExpired';
import { endForgotten } from './endForgotten';
import { holdToConnections } from './holdToConnections';
import { measureUsage } from './measureUsage';

/**
 * How often what is done, in milliseconds.
 * @internal
 */
export interface WatchTimes {
  expiries: number;
  connections: number;
  usage: number;
  /** How often the same login is put before its owner. */
  reports: number;
}

const TIMES: WatchTimes = {
  expiries: 1_000,
  connections: 5_000,
  usage: 600_000,
  reports: 3_600_000,
};

/**
 * Does what Redis does not do by itself: ends people's logins at their time,
 * holds logins to their number of connections, and measures memory. The first is
 * done by every replica of the portal, which cannot do it twice; the others by
 * the one that says so on the server.
 * @internal
 */
export class RedisWatch {
  readonly #server: RedisServer;
  readonly #times: WatchTimes;
  readonly #me = randomUUID();
  readonly #reported = new Map<string, number>();
  readonly #due = { connections: 0, usage: 0 };

  static create(server: RedisServer, times: WatchTimes = TIMES): RedisWatch {
    return new RedisWatch(server, times);
  }

  private constructor(server: RedisServer, times: WatchTimes) {
    this.#server = server;
    this.#times = times;
  }

  /** Never rejects. */
  async run(options: WatchOptions): Promise<void> {
    const { signal, logger } = options;
    let failing: string | undefined;
    while (!signal.aborted) {
      try {
        await this.#tick(options);
        failing = undefined;
      } catch (error) {
        const { message } = toError(error);
        // A server that is down says the same each second.
        if (message !== failing && !signal.aborted) {
          logger.warn(`${this.#server.title} cannot be watched: ${message}`);
        }
        failing = message;
      }
      await sleep(this.#times.expiries, undefined, { signal }).catch(() => {
        // The portal stops.
      });
    }
  }

  async #tick(options: WatchOptions): Promise<void> {
    await endExpired(this.#server);
    const now = Date.now();
    if (now < this.#due.connections || !(await this.#leads())) {
      return;
    }
    this.#due.connections = now + this.#times.connections;
    for (const incident of await holdToConnections(this.#server)) {
      const about = `${incident.externalName} ${incident.loginId}`;
      if (now >= (this.#reported.get(about) ?? 0)) {
        this.#reported.set(about, now + this.#times.reports);
        await options.report(incident);
      }
    }
    if (now >= this.#due.usage) {
      // Not waited for: with many keys it takes minutes.
      this.#due.usage = Infinity;
      this.#lookThrough(options.signal)
        .catch(error => {
          if (!options.signal.aborted) {
            options.logger.warn(
              `${this.#server.title} could not be looked through: ${toError(error).message}`,
            );
          }
        })
        .finally(() => {
          this.#due.usage = Date.now() + this.#times.usage;
        });
    }
  }

  async #lookThrough(signal: AbortSignal): Promise<void> {
    await endForgotten(this.#server, signal);
    await measureUsage(this.#server, signal);
  }

  /** Whether this replica is the one that watches. */
  async #leads(): Promise<boolean> {
    const ms = `${this.#times.connections * 3}`;
    return this.#server.use(async session => {
      const taken = await session.call(
        ...write('SET', registry.watcher, this.#me, 'NX', 'PX', ms),
      );
      if (taken !== null) {
        return true;
      }
      if ((await session.call('GET', registry.watcher)) !== this.#me) {
        return false;
      }
      await session.call('PEXPIRE', registry.watcher, ms);
      return true;
    });
  }
}
