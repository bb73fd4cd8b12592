import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import { metrics, type Meter } from '@opentelemetry/api';
import type { DurableOperations, OperationHint } from '@slipway/operations';
import type { Knex } from 'knex';
import {
  countOperations,
  readHealthTotals,
  readProvenRestores,
} from '../database/measurements';
import { getDatabase } from '../database/readDatabases';

/** What an operation ended as, by the event that says so. */
const OUTCOMES: Readonly<Record<string, string>> = {
  'operation.succeeded': 'succeeded',
  'operation.failed': 'failed',
  'operation.cancelled': 'cancelled',
};
const SECONDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 1800, 3600];

interface MeasureDeps {
  knex: Knex;
  operations: Pick<DurableOperations, 'getOperation'>;
  logger: LoggerService;
  meter?: Meter;
}

/**
 * Lets Prometheus see how orders and other work end, what waits, and how old the last proven restore is.
 *
 * @remarks
 *
 * What ends is counted once, by the replica in which it ended: add the replicas up. What is there now is read from the
 * database when somebody scrapes, and is the same in each replica: take the highest.
 *
 * @returns is told of each hint
 */
export function measureWork(deps: MeasureDeps): (hint: OperationHint) => void {
  const { logger, meter = metrics.getMeter('slipway-databases') } = deps;
  const duration = meter.createHistogram('platform.provisioning.duration', {
    unit: 's',
    description: 'From the acceptance of an order until its database is ready',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  const success = meter.createCounter('platform.provisioning.success', {
    description: 'Orders whose database is ready',
  });
  const failure = meter.createCounter('platform.provisioning.failure', {
    description: 'Orders that failed; what was called off is none',
  });
  const ended = meter.createCounter('platform.database.operations.ended', {
    description: 'Work on databases that has ended',
  });
  observeNow(deps, meter);

  const note = async (operationId: string, outcome: string) => {
    const { type, resourceId, createdAt, finishedAt } =
      await deps.operations.getOperation(operationId);
    ended.add(1, { type, outcome });
    if (type !== 'create' || outcome === 'cancelled') return;
    const {
      engine,
      environment,
      provider_id: provider,
    } = await getDatabase(deps.knex, resourceId);
    const labels = { engine, environment, provider };
    (outcome === 'succeeded' ? success : failure).add(1, labels);
    if (outcome === 'succeeded' && finishedAt) {
      duration.record(
        (finishedAt.getTime() - createdAt.getTime()) / 1000,
        labels,
      );
    }
  };
  return ({ operationId, type }) => {
    const outcome = OUTCOMES[type];
    if (!operationId || !outcome) return;
    note(operationId, outcome).catch(error =>
      logger.warn('The end of an operation was not counted', toError(error)),
    );
  };
}

function observeNow({ knex, logger }: MeasureDeps, meter: Meter): void {
  const operations = meter.createObservableGauge(
    'platform.database.operations',
    { description: 'Work on databases that has not ended, by its state' },
  );
  const age = meter.createObservableGauge('platform.database.queue.age', {
    unit: 's',
    description: 'Since when the oldest of it that nobody has begun waits',
  });
  const restored = meter.createObservableGauge(
    'platform.database.proven_restore.age',
    {
      unit: 's',
      description:
        'Of the databases in use that have one, how long ago the oldest last proven restore is',
    },
  );
  const without = meter.createObservableGauge(
    'platform.database.without_proven_restore',
    { description: 'Databases in use of which no backup is proven' },
  );
  const degraded = meter.createObservableGauge('platform.database.degraded', {
    description:
      'Databases in use that passed a threshold of storage, connections, cache or growth',
  });
  const measured = meter.createObservableGauge(
    'platform.database.measurement.age',
    {
      unit: 's',
      description:
        'How long ago the database in use that waits longest was measured',
    },
  );
  const full = meter.createObservableGauge('platform.database.days_to_full', {
    unit: 'd',
    description:
      'The least of all databases in use that grow, where enough is known to say',
  });
  meter.addBatchObservableCallback(
    async result => {
      try {
        const { byState, oldestSeconds } = await countOperations(knex);
        for (const { state, count } of byState) {
          result.observe(operations, count, { state });
        }
        result.observe(age, oldestSeconds);
        for (const row of await readProvenRestores(knex)) {
          const labels = { environment: row.environment };
          if (row.oldestSeconds !== undefined) {
            result.observe(restored, row.oldestSeconds, labels);
          }
          result.observe(without, row.without, labels);
        }
        for (const row of await readHealthTotals(knex)) {
          const labels = { environment: row.environment };
          result.observe(degraded, row.degraded, labels);
          if (row.oldestSeconds !== undefined) {
            result.observe(measured, row.oldestSeconds, labels);
          }
          if (row.leastDaysToFull !== undefined) {
            result.observe(full, row.leastDaysToFull, labels);
          }
        }
      } catch (error) {
        logger.warn('Work on databases was not measured', toError(error));
      }
    },
    [operations, age, restored, without, degraded, measured, full],
  );
}
