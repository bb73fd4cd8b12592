import type { LoggerService } from '@backstage/backend-plugin-api';
import { isError, toError } from '@backstage/errors';
import type { DurableOperations } from '@slipway/operations';
import type { Approval } from '@slipway/plugin-approvals-common';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import type { Knex } from 'knex';
import { getDatabase } from '../database/readDatabases';
import { DATABASE_KIND } from '../operations/createDatabasesMachine';
import { approvalSubject } from '../operations/approvalSteps';
import type { OperationInput } from '../operations/target';

/** How many are looked at in one go; the sweep comes back for the others. */
const BATCH = 100;

/**
 * Goes on with orders that were decided. Looks how it stands rather than at what happened, so that
 * a lost hint only costs time.
 */
export class ApprovalsWatch {
  readonly #deps: ApprovalsWatchDeps;

  static create(deps: ApprovalsWatchDeps): ApprovalsWatch {
    return new ApprovalsWatch(deps);
  }

  private constructor(deps: ApprovalsWatchDeps) {
    this.#deps = deps;
  }

  /** Looks at what waits: all of it, or one database, or what waits for one approval. */
  async look(only: { databaseId?: string; approvalId?: string } = {}) {
    const query = this.#deps
      .knex('operations_resources as r')
      .join('databases as d', join =>
        join.on('r.id', '=', this.#deps.knex.raw('d.id::text')),
      )
      .where({ 'r.kind': DATABASE_KIND, 'r.state': 'awaiting-approval' })
      .whereNull('d.deleted_at')
      .orderBy('r.updated_at')
      .limit(BATCH);
    if (only.databaseId) query.where('d.id', only.databaseId);
    if (only.approvalId) query.where('d.approval_id', only.approvalId);
    const ids: string[] = await query.pluck('d.id');
    for (const id of ids) {
      await this.#settle(id).catch(error =>
        this.#deps.logger.warn(
          `Whether database ${id} is approved will be looked at later`,
          toError(error),
        ),
      );
    }
  }

  async #settle(id: string): Promise<void> {
    const { knex, operations, approvals } = this.#deps;
    const record = await getDatabase(knex, id);
    // Still being asked.
    if (!record.approval_digest) return;
    const last = (await operations.latestOperations([id])).get(id);
    const approval = await approvals.get(
      approvalSubject(id),
      record.approval_digest,
    );
    if (!last || !approval || approval.state === 'pending') return;
    const input: OperationInput = {
      ...(last.input as OperationInput),
      declined:
        approval.state === 'approved' ? undefined : whyDeclined(approval),
    };
    await knex
      .transaction(async trx => {
        await operations.hold(trx, id);
        const now = await getDatabase(trx, id);
        // It was handed on meanwhile, and is asked about anew.
        if (now.approval_digest !== record.approval_digest) return;
        await operations.startOperation(trx, {
          type: approval.state === 'approved' ? 'create' : 'decline',
          resourceId: id,
          input: JSON.parse(JSON.stringify(input)),
          actor: record.created_by,
        });
      })
      .catch(error => {
        // Another replica was faster, or the question is just being asked.
        if (!isError(error) || error.name !== 'ConflictError') throw error;
      });
  }
}

interface ApprovalsWatchDeps {
  knex: Knex;
  operations: DurableOperations;
  approvals: ApprovalsService;
  logger: LoggerService;
}

function whyDeclined({ state, endReason }: Approval): string {
  const why = endReason ? `: ${endReason}` : '';
  return `The approval was ${state}${why}. Try again to ask anew, or delete the database.`;
}
