import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { metrics, type Counter, type Gauge } from '@opentelemetry/api';
import type { WatchOptions } from '@slipway/plugin-databases-node';
import type { Client } from 'pg';
import type { PostgresProviderConfig } from '../config';
import type { PostgresServer } from '../PostgresServer';
import {
  chooseSessions,
  type LockHolder,
  type LockLimits,
} from './chooseSessions';
import {
  endHolders,
  isInTheWay,
  lookAtLocks,
  readTableSize,
  takeTurn,
} from './lookAtLocks';
import { Offences } from './Offences';

/** From one look to the next. */
const INTERVAL_MS = 1_000;
/** After sessions were ended, until none has to be: who was ended may come back at once. */
const AGAIN_MS = 100;
/** Somebody who watches and does nothing for so long has lost the turn. */
const TURN_MS = 15_000;
/** The share of the table that one database may have, and all together. */
const ONE_DATABASE = 1 / 4;
const ALL_TENANTS = 3 / 4;

/**
 * Watches the table of locks that all databases of a server share, and ends sessions of a database that takes too much of it.
 *
 * @remarks
 *
 * It looks each second, because the server tells nobody that the table fills up: whoever is refused a lock hears it, and no one else.
 *
 * A session that is open already looks, for nobody may be able to connect by then. Of all replicas one watches at a time; a lock on the
 * server says which, and goes with its session.
 *
 * @internal
 */
export class LockWatch {
  readonly #server: PostgresServer;
  readonly #config: PostgresProviderConfig;
  readonly #offences: Offences;
  readonly #ended: Counter;
  readonly #held: Gauge;
  /** Sessions that were told to end and still hold locks: some work cannot be stopped. */
  #ending = new Set<string>();
  /** Otherwise the log has said so. */
  #isWell = true;

  static create(deps: {
    server: PostgresServer;
    config: PostgresProviderConfig;
  }): LockWatch {
    return new LockWatch(deps);
  }

  private constructor(deps: {
    server: PostgresServer;
    config: PostgresProviderConfig;
  }) {
    this.#server = deps.server;
    this.#config = deps.config;
    this.#offences = Offences.create(deps.config.locks.suspendAfter);
    const meter = metrics.getMeter('slipway-databases');
    this.#ended = meter.createCounter(
      'slipway.databases.lock_watch.ended_sessions',
      {
        description:
          'Sessions that were ended because their database took too much of the table of locks',
      },
    );
    this.#held = meter.createGauge('slipway.databases.lock_watch.held', {
      description:
        'The share of the table of locks that tenants hold, as the replica that watches saw it last',
    });
  }

  /** Watches until the signal aborts. Never rejects: what fails is logged and begun anew. */
  async run(options: WatchOptions): Promise<void> {
    const { signal, logger } = options;
    while (!signal.aborted) {
      const watcher = this.#server.client('postgres');
      try {
        await watcher.connect();
        await this.#watch(watcher, options);
      } catch (error) {
        if (this.#isWell) {
          logger.warn(
            `The table of locks of ${this.#server.title} is not watched`,
            toError(error),
          );
        }
        this.#isWell = false;
      } finally {
        await watcher.end().catch(() => {
          // Closed already.
        });
      }
      await pause(INTERVAL_MS, signal);
    }
  }

  async #watch(watcher: Client, options: WatchOptions): Promise<void> {
    const { signal } = options;
    await watcher.query(
      `SET idle_in_transaction_session_timeout TO ${TURN_MS}; SET tcp_keepalives_idle TO 10; SET tcp_keepalives_interval TO 5; SET tcp_keepalives_count TO 3`,
    );
    const places = await readTableSize(watcher);
    const limits: LockLimits = {
      perDatabase:
        this.#config.locks.perDatabase ?? Math.floor(places * ONE_DATABASE),
      inAll: Math.floor(places * ALL_TENANTS),
    };
    let isMine = false;
    while (!signal.aborted) {
      isMine ||= await takeTurn(watcher);
      let again = false;
      if (isMine) {
        again = await this.#look(watcher, { ...options, limits, places });
        if (await isInTheWay(watcher)) {
          await watcher.query('COMMIT');
          isMine = false;
        }
      }
      this.#isWell = true;
      await pause(again ? AGAIN_MS : INTERVAL_MS, signal);
    }
  }

  /** @returns whether sessions had to be ended */
  async #look(
    watcher: Client,
    options: WatchOptions & { limits: LockLimits; places: number },
  ): Promise<boolean> {
    const provider = this.#config.id;
    const holders = await lookAtLocks(watcher);
    const held = holders.reduce((sum, { locks }) => sum + locks, 0);
    this.#held.record(held / options.places, { provider });
    this.#ending = new Set(
      holders.map(toKey).filter(key => this.#ending.has(key)),
    );
    // What cannot be ended faster is counted once, and nobody else is ended in its place.
    const chosen = chooseSessions(
      holders.filter(each => !this.#ending.has(toKey(each))),
      options.limits,
    );
    if (!chosen.length) {
      return false;
    }
    const ended = await endHolders(watcher, chosen);
    ended.forEach(each => this.#ending.add(toKey(each)));
    this.#ended.add(ended.length, { provider });
    this.#tell(ended, options);
    return true;
  }

  /** Not waited for: the portal's own database may be slow, and the neighbours wait. */
  #tell(
    ended: LockHolder[],
    { logger, report, places }: WatchOptions & { places: number },
  ): void {
    for (const [offender, sessions] of byOffender(ended)) {
      const offence = this.#offences.add(offender, Date.now());
      if (!offence) {
        continue;
      }
      const [{ database, loginId }] = sessions;
      const message = sentence(sessions, { ...offence, places });
      logger.warn(`${database} on ${this.#server.title}: ${message}`);
      report({
        externalName: database,
        message,
        isRepeated: offence.isRepeated,
        ...(loginId && { loginId }),
      }).catch(error => notTold(logger, database, error));
    }
  }
}

function toKey({ pid, startedAt }: LockHolder): string {
  return `${pid} ${startedAt}`;
}

/** The application of a database answers for itself, and so does each person's login. */
function byOffender(ended: LockHolder[]): Map<string, LockHolder[]> {
  const offenders = new Map<string, LockHolder[]>();
  for (const session of ended) {
    const offender = session.loginId ?? session.database;
    offenders.set(offender, [...(offenders.get(offender) ?? []), session]);
  }
  return offenders;
}

function sentence(
  ended: LockHolder[],
  { count, places }: { count: number; places: number },
): string {
  const locks = ended.reduce((sum, each) => sum + each.locks, 0);
  const logins = [...new Set(ended.map(({ login }) => login))].sort();
  const sessions =
    ended.length === 1 ? 'A session' : `${ended.length} sessions`;
  const often = count > 1 ? ` It is the ${count}. time in ten minutes.` : '';
  return `${sessions} of ${logins.join(', ')} held ${locks} locks and ${
    ended.length === 1 ? 'was' : 'were'
  } ended: all databases of the server share ${places}.${often} Take fewer locks in one transaction, and give advisory locks back.`;
}

function notTold(logger: LoggerService, database: string, error: unknown) {
  logger.warn(
    `The owner of ${database} was not told that sessions were ended`,
    toError(error),
  );
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {
    // It is time to stop.
  });
}
