import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { isOperationError, type DurableOperations } from '@slipway/operations';
import type {
  DatabaseProvider,
  MeasuredDatabase,
  ReadContext,
} from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import {
  type HealthRow,
  holdHealth,
  insertMeasurement,
  listDueForMeasuring,
  noteTried,
  readSizes,
  thinMeasurements,
} from '../database/health';
import type { DatabaseRecord } from '../database/rows';
import { targetOf } from '../operations/target';
import type { Providers } from '../services/Providers';
import { fitGrowth } from './fitGrowth';
import { judge, sentenceOf } from './judge';
import { bytesOf } from './limits';

/** The condition of a database that its owner should look at, because of how it is used. */
export const DEGRADED = 'degraded';

const BATCH = 50;
/** How many are asked at once. */
const AT_ONCE = 4;
/** Of fewer reads than that no ratio is told: those of an idle database are chance. */
const READS_MIN = 1_000;

interface MeasureWatchDeps {
  knex: Knex;
  operations: DurableOperations;
  providers: Providers;
  config: Pick<DatabasesConfig, 'health'>;
  logger: LoggerService;
  /** Told of each that was measured. */
  onMeasured?(databaseId: string): void;
}

/** Measures how the databases in use are used, keeps what it saw, and says what their owners should look at. */
export class MeasureWatch {
  readonly #deps: MeasureWatchDeps;

  static create(deps: MeasureWatchDeps): MeasureWatch {
    return new MeasureWatch(deps);
  }

  private constructor(deps: MeasureWatchDeps) {
    this.#deps = deps;
  }

  /** Looks at each that is due. A server that cannot be reached is left for the next time. */
  async look(signal?: AbortSignal): Promise<void> {
    const { knex, config, providers } = this.#deps;
    const silent = new Set<string>();
    for (;;) {
      const due = await listDueForMeasuring(knex, {
        everyMinutes: config.health.everyMinutes,
        without: [...silent],
        limit: BATCH,
      });
      if (!due.length) return;
      const waiting = [...due];
      const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          if (signal?.aborted) return;
          if (!providers.has(next.provider_id)) {
            silent.add(next.provider_id);
          } else if (!silent.has(next.provider_id)) {
            await this.#lookAt(next, silent, signal);
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      if (signal?.aborted) return;
    }
  }

  async #lookAt(
    record: DatabaseRecord,
    silent: Set<string>,
    signal?: AbortSignal,
  ): Promise<void> {
    const { knex, logger, onMeasured, providers } = this.#deps;
    try {
      const measured = await measure(
        providers.get(record.provider_id),
        targetOf(record),
        { signal },
      );
      if (!measured) {
        await noteTried(knex, record.id);
        return;
      }
      await knex.transaction(trx => this.#note(trx, record, measured));
      onMeasured?.(record.id);
    } catch (error) {
      if (
        isOperationError(error, 'RetryableError') &&
        'nothingSent' in error &&
        error.nothingSent
      ) {
        silent.add(record.provider_id);
      } else {
        // What one database answers, or is too slow to, says nothing about the next, which has its turn first.
        await noteTried(knex, record.id);
      }
      logger.warn(
        `How ${record.name} (${record.environment}) is used is measured later`,
        toError(error),
      );
    }
  }

  async #note(
    trx: Knex.Transaction,
    record: DatabaseRecord,
    measured: MeasuredDatabase,
  ): Promise<void> {
    const { operations, config } = this.#deps;
    const { connectionLimit } = record.spec.limits;
    const storageBytes = bytesOf(record.spec.limits);
    const before = await holdHealth(trx, record.id);
    const { sizeBytes, sessions } = measured;
    const cacheHitRatio = ratioSince(before, measured.cache);
    await insertMeasurement(trx, record.id, {
      sizeBytes,
      sessions,
      cacheHitRatio,
    });
    if (!isSameHour(before.measured_at, new Date())) {
      await thinMeasurements(trx, record.id, config.health.keepDays);
    }
    const growth = fitGrowth(await readSizes(trx, record.id), storageBytes);
    const levels = judge(
      before.levels,
      {
        storage: sizeBytes && (100 * sizeBytes) / storageBytes,
        connections:
          sessions === undefined
            ? undefined
            : (100 * sessions) / connectionLimit,
        cache: cacheHitRatio === undefined ? undefined : 100 * cacheHitRatio,
        daysToFull: growth && (growth.daysToFull ?? Infinity),
      },
      config.health,
    );
    await trx('database_health')
      .where({ database_id: record.id })
      .update({
        tried_at: trx.fn.now(),
        first_measured_at: trx.raw('coalesce(first_measured_at, now())'),
        measured_at: trx.fn.now(),
        size_bytes: sizeBytes ?? null,
        sessions: sessions ?? null,
        cache_hits: measured.cache?.hits ?? null,
        cache_misses: measured.cache?.misses ?? null,
        cache_hit_ratio: cacheHitRatio ?? null,
        growth_bytes_per_day: growth?.bytesPerDay ?? null,
        days_to_full: growth?.daysToFull ?? null,
        ...(sessions && { last_used_at: trx.fn.now() }),
        levels: JSON.stringify(levels),
      });
    const message = sentenceOf(levels, config.health);
    const noted = record.conditions.find(({ type }) => type === DEGRADED);
    if (message !== noted?.message) {
      await operations.setCondition(trx, {
        resourceId: record.id,
        type: DEGRADED,
        message,
      });
    }
  }
}

/** What the provider measures, or as much of it as anybody sees who looks. */
async function measure(
  provider: DatabaseProvider,
  target: ReturnType<typeof targetOf>,
  context: ReadContext,
): Promise<MeasuredDatabase | undefined> {
  if (provider.measure) return provider.measure(target, context);
  const seen = await provider.observe(target, context);
  if (seen.status !== 'present') return undefined;
  return {
    sizeBytes: seen.sizeBytes,
    sessions: [...seen.logins, ...seen.personalLogins].reduce(
      (sum, { sessions }) => sum + sessions,
      0,
    ),
  };
}

/** The share of reads that found their data in memory since the measurement before. */
function ratioSince(
  before: HealthRow,
  now: MeasuredDatabase['cache'],
): number | undefined {
  if (!now || before.cache_hits === null || before.cache_misses === null) {
    return undefined;
  }
  const hits = now.hits - before.cache_hits;
  const misses = now.misses - before.cache_misses;
  // Less than before: the server counts anew.
  return hits >= 0 && misses >= 0 && hits + misses >= READS_MIN
    ? hits / (hits + misses)
    : undefined;
}

function isSameHour(one: Date | null, other: Date): boolean {
  const hourOf = (date: Date) => Math.floor(date.getTime() / 3_600_000);
  return one !== null && hourOf(one) === hourOf(other);
}
