import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  DatabaseHealth,
  DatabaseSlowQueries,
} from '@slipway/plugin-databases-common';
import { readHealthRows, readHistory } from '../database/health';
import { targetOf } from '../operations/target';
import type {
  DatabasesService,
  ServiceDeps,
} from '../services/DatabasesService';
import { bytesOf } from './limits';
import { toUsage } from './toUsage';

const SLOW_QUERIES = 20;
/** How long a server is waited for while somebody looks at the page, in milliseconds. */
const PATIENCE_MS = 10_000;

interface HealthServiceDeps extends ServiceDeps {
  databases: DatabasesService;
  logger: LoggerService;
}

/** How databases are used, for those who may see them. */
export class HealthService {
  readonly #deps: HealthServiceDeps;

  static create(deps: HealthServiceDeps): HealthService {
    return new HealthService(deps);
  }

  private constructor(deps: HealthServiceDeps) {
    this.#deps = deps;
  }

  async get(
    id: string,
    days: number,
    credentials: BackstageCredentials,
  ): Promise<DatabaseHealth> {
    const { config, databases, knex, providers } = this.#deps;
    const { provider_id, spec } = await databases.readable(id, credentials);
    const row = (await readHealthRows(knex, [id])).get(id);
    const { storage, connections, cacheHit, daysToFull } = config.health;
    const provider = providers.has(provider_id)
      ? providers.get(provider_id)
      : undefined;
    const history = await readHistory(knex, id, days);
    return {
      usage: row && toUsage(row),
      limits: {
        storageBytes: bytesOf(spec.limits),
        connections: spec.limits.connectionLimit,
      },
      thresholds: { storage, connections, cacheHit, daysToFull },
      levels: Object.fromEntries(
        Object.entries(row?.levels ?? {}).map(([measure, { level }]) => [
          measure,
          level,
        ]),
      ),
      tells: provider
        ? (provider.capabilities().tells ?? ['size', 'sessions'])
        : [],
      history: row?.measured_at
        ? history.map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest }))
        : [],
    };
  }

  async slowQueries(
    id: string,
    credentials: BackstageCredentials,
  ): Promise<DatabaseSlowQueries> {
    const { databases, logger, providers } = this.#deps;
    const record = await databases.readable(id, credentials);
    const untold = (why: string) => ({ told: false, why, queries: [] });
    if (!providers.has(record.provider_id)) {
      return untold('Its provider has left the configuration.');
    }
    const provider = providers.get(record.provider_id);
    if (!provider.slowQueries) {
      return untold(
        `${provider.title} does not tell: no server of its kind counts the statements of one database without the values that are in them.`,
      );
    }
    try {
      const slow = await provider.slowQueries(targetOf(record), {
        limit: SLOW_QUERIES,
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return slow.told
        ? {
            told: true,
            since: slow.since?.toISOString(),
            queries: slow.queries,
          }
        : untold(slow.why);
    } catch (error) {
      logger.warn(
        `The slow statements of ${record.name} (${record.environment}) were not read`,
        toError(error),
      );
      return untold(
        'The server does not answer at the moment. Try again in a while.',
      );
    }
  }
}
