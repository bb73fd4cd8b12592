import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { fromKnex, PgBoss } from 'pg-boss';
import { connectionOf } from './connectionOf';

const QUEUE = 'operations';
/** The oldest payload that this version reads. Fields are only ever added. */
const PAYLOAD_VERSION = 1;

interface WakeJob {
  v: number;
  operationId: string;
}

/**
 * pg-boss as a doorbell: a job says that an operation may be ready, never what to do. Losing one
 * costs a sweep's interval, not work.
 *
 * @internal
 */
export class JobQueue {
  readonly #boss: PgBoss;
  readonly #knex: Knex;
  readonly #name: string;
  readonly #logger: LoggerService;
  #listening = false;

  static create(options: {
    knex: Knex;
    schema: string;
    logger: LoggerService;
  }): JobQueue {
    return new JobQueue(options);
  }

  private constructor(options: {
    knex: Knex;
    schema: string;
    logger: LoggerService;
  }) {
    this.#knex = options.knex;
    this.#logger = options.logger;
    // Postgres cuts names at 63 bytes; the process id tells replicas on one machine apart.
    this.#name = `${options.schema.slice(0, 40)} ${process.pid} ${Math.random()
      .toString(36)
      .slice(2, 8)}`;
    this.#boss = new PgBoss({
      ...connectionOf(options.knex),
      application_name: this.#name,
      schema: options.schema,
      max: 2,
      useListenNotify: true,
      schedule: false,
      // Jobs that ended are removed an hour later; pg-boss looks but once a day by itself.
      maintenanceIntervalSeconds: 3600,
    });
    this.#boss.on('error', error => this.#logger.warn('Job queue', error));
    this.#boss.on('warning', warning =>
      this.#logger.warn(`Job queue: ${warning.message}`),
    );
  }

  /** Whether jobs wake this process at once rather than by polling. */
  get listening(): boolean {
    return this.#listening;
  }

  async start(): Promise<void> {
    await this.#boss.start();
    await this.#boss.createQueue(QUEUE, {
      notify: true,
      retryLimit: 0,
      expireInSeconds: 3600,
      deleteAfterSeconds: 3600,
      retentionSeconds: 24 * 3600,
    });
    this.#listening = await this.#hasListener();
    if (!this.#listening) {
      this.#logger.error(
        'The job queue cannot LISTEN on its database connection, so that operations start seconds late instead of at once. ' +
          'Connect to Postgres directly or through a pooler in session mode.',
      );
    }
  }

  async work(
    handler: (operationId: string) => Promise<void>,
    concurrency: number,
  ): Promise<void> {
    await this.#boss.work<WakeJob>(
      QUEUE,
      { localConcurrency: concurrency, pollingIntervalSeconds: 2 },
      async ([job]) => {
        await handler(job.data.operationId);
      },
    );
  }

  async wake(
    trx: Knex.Transaction,
    operationId: string,
    delayMs = 0,
  ): Promise<void> {
    const data: WakeJob = { v: PAYLOAD_VERSION, operationId };
    await this.#boss.send(QUEUE, data, {
      db: fromKnex(trx),
      ...(delayMs && { startAfter: Math.ceil(delayMs / 1000) }),
    });
  }

  /** Takes no more jobs. One that is just being fetched may still arrive. */
  async hush(): Promise<void> {
    await this.#boss.offWork(QUEUE, { wait: false });
  }

  async stop(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 10_000 });
  }

  /** pg-boss falls back to polling with a mere warning; the server knows who really listens. */
  async #hasListener(): Promise<boolean> {
    const { rows } = await this.#knex.raw<{ rows: unknown[] }>(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = ?
         AND (query ILIKE 'LISTEN%' OR query ILIKE '%pg_listening_channels%') LIMIT 1`,
      [this.#name],
    );
    return rows.length > 0;
  }
}
