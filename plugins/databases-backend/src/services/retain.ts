import type { LoggerService } from '@backstage/backend-plugin-api';
import type { DurableOperations } from '@slipway/operations';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import { forgetMeasurements } from '../database/health';
import { consumerOf } from '../events/EventSender';
import { forgetEndedLogins } from '../database/personalLogins';

/** Batches of one kind in one go; the next hour goes on. */
const BATCHES_AT_MOST = 200;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Removes what nobody needs any more, in batches, and tells what keeps it from doing so. */
export async function retain(deps: {
  knex: Knex;
  operations: DurableOperations;
  logger: LoggerService;
  config: DatabasesConfig['retention'];
  /** How long measurements are kept. */
  keepMeasurementsDays: number;
  /** The readers that sinks are, of this configuration. */
  sinks: string[];
  signal?: AbortSignal;
}): Promise<void> {
  const { knex, operations, logger, config, sinks, signal } = deps;
  const days = config.outboxDays;
  for (const { id } of await operations.listConsumers()) {
    if (!id.startsWith(consumerOf('')) || sinks.includes(id)) continue;
    if (await operations.forgetConsumer(id)) {
      await knex('event_sinks')
        .where({ id: id.slice(consumerOf('').length) })
        .delete();
      logger.info(`'${id}' is configured no more, and is not waited for`);
    }
  }
  // First: a timeline goes only when the outbox has nothing of it any more.
  await inBatches(() => operations.pruneOutbox({ olderThanDays: days }));
  for (const { id, behind, updatedAt } of await operations.listConsumers()) {
    if (behind > 0 && updatedAt.getTime() < Date.now() - days * DAY_MS) {
      logger.warn(
        `The consumer '${id}' has acknowledged nothing for more than ${days} days and keeps ${behind} rows in the outbox. If it is gone for good, delete its row in operations_consumers.`,
      );
    }
  }
  await inBatches(() =>
    operations.pruneResources({ olderThanDays: config.deletedDatabasesDays }),
  );
  await inBatches(() =>
    forgetEndedLogins(knex, { olderThanDays: config.endedLoginsDays }),
  );
  await inBatches(() =>
    forgetMeasurements(knex, { olderThanDays: deps.keepMeasurementsDays }),
  );

  async function inBatches(batch: () => Promise<number>) {
    for (let i = 0; i < BATCHES_AT_MOST; i += 1) {
      if (signal?.aborted || (await batch()) === 0) return;
    }
  }
}
