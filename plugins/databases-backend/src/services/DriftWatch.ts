import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError, toError } from '@backstage/errors';
import { isOperationError, type DurableOperations } from '@slipway/operations';
import type { ObservedDrift } from '@slipway/plugin-databases-node';
import type { Knex } from 'knex';
import { listAfter } from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import { MEND } from '../operations/mendDrift';
import { specOf, targetOf, type OperationInput } from '../operations/target';
import { driftSentence } from './driftSentence';
import type { Providers } from './Providers';

/** The condition of a database that is not as it should be. */
export const DRIFTED = 'drifted';

const PAGE = 200;
/** Who mends what somebody has changed. */
const ACTOR = 'plugin:databases';

/** Looks whether the databases that are in use are on their servers as they should be, and has what differs put back. */
export class DriftWatch {
  readonly #deps: DriftWatchDeps;

  static create(deps: DriftWatchDeps): DriftWatch {
    return new DriftWatch(deps);
  }

  private constructor(deps: DriftWatchDeps) {
    this.#deps = deps;
  }

  /** Looks at each once. A server that cannot be reached is left for the next time. */
  async look(signal?: AbortSignal): Promise<void> {
    const { knex } = this.#deps;
    const silent = new Set<string>();
    for (let after: string | undefined; ;) {
      const page = await listAfter(knex, { after, limit: PAGE });
      for (const record of page) {
        if (signal?.aborted) return;
        if (record.state === 'ready' && !silent.has(record.provider_id)) {
          await this.#lookAt(record, signal).catch(error => {
            // What one database answers, or is too slow to, says nothing about the next.
            if (
              isOperationError(error, 'RetryableError') &&
              'nothingSent' in error &&
              error.nothingSent
            ) {
              silent.add(record.provider_id);
            }
            this.#deps.logger.warn(
              `Whether ${record.name} (${record.environment}) is as it should be is looked at later`,
              toError(error),
            );
          });
        }
      }
      if (page.length < PAGE) return;
      after = page[page.length - 1].id;
    }
  }

  async #lookAt(record: DatabaseRecord, signal?: AbortSignal): Promise<void> {
    const { providers } = this.#deps;
    const { drift } = await providers
      .get(record.provider_id)
      .observe(targetOf(record), { signal, spec: specOf(record) });
    const wasNoted = record.conditions.some(({ type }) => type === DRIFTED);
    if (drift.length || wasNoted) {
      await this.#note(record, drift);
    }
  }

  async #note(record: DatabaseRecord, drift: ObservedDrift[]): Promise<void> {
    const { knex, operations } = this.#deps;
    const mendable = drift.filter(({ isForOwner }) => !isForOwner);
    const input: OperationInput = { providerId: record.provider_id };
    await knex
      .transaction(async trx => {
        await operations.setCondition(trx, {
          resourceId: record.id,
          type: DRIFTED,
          message: drift.length ? conditionOf(drift) : undefined,
        });
        if (mendable.length) {
          await operations.startOperation(trx, {
            type: MEND,
            resourceId: record.id,
            input: { ...input },
            actor: ACTOR,
          });
        }
      })
      .catch(error => {
        // Something is under way, or it is not in use any more. The next look tells.
        if (!isError(error) || error.name !== 'ConflictError') throw error;
      });
  }
}

interface DriftWatchDeps {
  knex: Knex;
  operations: DurableOperations;
  providers: Providers;
  logger: LoggerService;
}

function conditionOf(drift: ObservedDrift[]): string {
  const mendable = drift.filter(({ isForOwner }) => !isForOwner);
  const others = drift.filter(({ isForOwner }) => isForOwner);
  return [
    mendable.length &&
      `On the server this was changed, and the platform puts it back: ${driftSentence(mendable)}. The timeline says when.`,
    others.length &&
      `This is not as ordered, and only you can mend it: ${driftSentence(others)}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
