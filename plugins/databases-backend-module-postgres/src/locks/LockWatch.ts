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
  groupBy,
  type LockHolder,
  type LockLimits,
} from './chooseSessions';
import {
  endHolders,
  isInTheWay,
  lookAtLocks,
  readOwners,
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
/** Whose a database is, is read this often. */
const OWNERS_MS = 60_000;
/** The share of the table that one database may have, and all together. */
const ONE_DATABASE = 1 / 4;
const ALL_TENANTS = 3 / 4;
/** Up to here there is room to read more than what looking needs. */
const HAS_ROOM = 1 / 2;

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
  #owners: { byDatabase: Map<string, string>; readAt: number } = {
    byDatabase: new Map(),
    readAt: -Infinity,
  };
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
    const now = Date.now();
    if (
      held < options.places * HAS_ROOM &&
      now - this.#owners.readAt > OWNERS_MS
    ) {
      this.#owners = { byDatabase: await readOwners(watcher), readAt: now };
    }
    // What cannot be ended faster is counted once, and nobody else is ended in its place.
    const { offenders, others } = chooseSessions(
      holders.filter(each => !this.#ending.has(toKey(each))),
      options.limits,
      database => this.#owners.byDatabase.get(database),
    );
    const chosen = [...offenders, ...others];
    if (!chosen.length) {
      return false;
    }
    const ended = await endHolders(watcher, chosen);
    ended.forEach(each => this.#ending.add(toKey(each)));
    this.#ended.add(ended.length, { provider });
    const isOffender = (each: LockHolder) => offenders.includes(each);
    this.#blame(ended.filter(isOffender), options);
    this.#excuse(
      ended.filter(each => !isOffender(each)),
      options,
    );
    return true;
  }

  /** Not waited for, like {@link LockWatch.#excuse}: the portal's own database may be slow, and the neighbours wait. */
  #blame(
    ended: LockHolder[],
    options: WatchOptions & { places: number },
  ): void {
    for (const [login, sessions] of groupBy(ended, toLogin)) {
      const offence = this.#offences.add(
        toOffender(sessions[0]),
        Date.now(),
        login,
      );
      if (offence) {
        const { count, isRepeated } = offence;
        const often =
          count > 1 ? ` It is the ${count}. time in ten minutes.` : '';
        this.#tell(
          sessions,
          `all databases of the server share ${options.places}.${often} Take fewer locks in one transaction, and give advisory locks back.`,
          { ...options, isRepeated },
        );
      }
    }
  }

  #excuse(
    ended: LockHolder[],
    options: WatchOptions & { places: number },
  ): void {
    for (const [whose, sessions] of groupBy(ended, toLogin)) {
      if (this.#offences.excuse(whose, Date.now())) {
        this.#tell(
          sessions,
          `all databases of the server share ${options.places}, and these were nearly all taken. The database held no more than it may, and this does not count against it.`,
          { ...options, isRepeated: false },
        );
      }
    }
  }

  #tell(
    [first, ...more]: LockHolder[],
    why: string,
    { logger, report, isRepeated }: WatchOptions & { isRepeated: boolean },
  ): void {
    const { database, loginId } = first;
    const message = `${sentence([first, ...more])}: ${why}`;
    logger.warn(`${database} on ${this.#server.title}: ${message}`);
    report({
      externalName: database,
      message,
      isRepeated,
      ...(loginId && { loginId }),
    }).catch(error => notTold(logger, database, error));
  }
}

function toKey({ pid, startedAt }: LockHolder): string {
  return `${pid} ${startedAt}`;
}

/** The application of a database has one, whichever of its two it uses. */
function toLogin({ loginId, database }: LockHolder): string {
  return loginId ?? database;
}

/** The application of a database answers for itself, and so does each person, with whichever login they come. */
function toOffender({ person, database }: LockHolder): string {
  return person ? `${database} ${person}` : database;
}

function sentence(ended: LockHolder[]): string {
  const locks = ended.reduce((sum, each) => sum + each.locks, 0);
  const logins = [...new Set(ended.map(({ login }) => login))].sort();
  const isOne = ended.length === 1;
  const sessions = isOne ? 'A session' : `${ended.length} sessions`;
  return `${sessions} of ${logins.join(', ')} held ${locks} locks and ${isOne ? 'was' : 'were'} ended`;
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
