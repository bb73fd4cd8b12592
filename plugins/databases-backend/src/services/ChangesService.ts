import { ConflictError, InputError, NotAllowedError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import { otherSlot } from '@slipway/plugin-databases-node';
import {
  databaseDeletePermission,
  databaseUpdatePermission,
  type DatabaseAccepted,
} from '@slipway/plugin-databases-common';
import type { Operation } from '@slipway/operations';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import { markDeleted } from '../database/markDeleted';
import { mayHaveMade } from '../database/mayHaveMade';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord } from '../database/rows';
import { ASK_APPROVAL, CALL_OFF } from '../operations/approvalSteps';
import { CHECK_APPROVAL_STEP } from '../operations/stepIds';
import { forOwner, type OperationInput } from '../operations/target';
import {
  isWarning,
  type JudgedFinding,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import type { PoliciesService } from '@slipway/plugin-policies-node';
import { appendWarnings } from './appendWarnings';
import { changeRequest, orderRequest } from './policyRequests';
import type { DatabasesService, ServiceDeps } from './DatabasesService';
import { formatTime } from './formatTime';

/** What can be asked of a database that exists. */
export type Change =
  | { type: 'suspend' | 'resume' | 'retry' | 'cancel' | 'give-up' | 'rotate' }
  | { type: 'delete'; confirmName?: string };

interface ChangesDeps extends ServiceDeps {
  policies: PoliciesService;
  databases: DatabasesService;
  config: DatabasesConfig;
}

/** Starts changes of databases that exist. */
export class ChangesService {
  readonly #deps: ChangesDeps;

  static create(deps: ChangesDeps): ChangesService {
    return new ChangesService(deps);
  }

  private constructor(deps: ChangesDeps) {
    this.#deps = deps;
  }

  /** Whether somebody may ask for a change; the database. */
  async assertMay(
    id: string,
    type: Change['type'],
    credentials: UserCredentials,
  ): Promise<DatabaseRecord> {
    const { knex, access } = this.#deps;
    const record = await getDatabase(knex, id);
    await access.assertMay(
      credentials,
      type === 'delete' ? databaseDeletePermission : databaseUpdatePermission,
      record,
    );
    return record;
  }

  async change(
    id: string,
    change: Change,
    options: { idempotencyKey: string; credentials: UserCredentials },
  ): Promise<DatabaseAccepted> {
    const { knex, operations, access, databases } = this.#deps;
    const { credentials } = options;
    const actor = credentials.principal.userEntityRef;
    const before = await this.assertMay(id, change.type, credentials);
    // Outside the transaction, and a repeated change is answered all the same.
    const verdict = await this.#ask(change, before, credentials).catch(
      (error: Error) => error,
    );
    // Asked before the transaction: a slow catalog holds no lock.
    const notForGood =
      change.type === 'delete'
        ? await access.whyNotForGood(credentials)
        : undefined;
    const { result } = await knex.transaction(trx =>
      operations.once(
        trx,
        {
          scope: `${change.type} ${id} ${actor}`,
          key: options.idempotencyKey,
          body: { ...change },
        },
        async () => {
          if (verdict instanceof Error) throw verdict;
          // Held, so that what is decided below is still so when it is written.
          // The resource first, as workers do: otherwise the two wait for each other.
          await operations.hold(trx, id);
          await trx('databases').where({ id }).forUpdate().first('id');
          const record = await getDatabase(trx, id);
          await appendWarnings(operations, trx, {
            resourceId: id,
            findings: verdict,
          });
          return {
            databaseId: id,
            operationId: await this.#begin(trx, record, change, {
              actor,
              notForGood,
            }),
          };
        },
      ),
    );
    return {
      ...(await databases.accepted(result)),
      warnings: verdict instanceof Error ? [] : verdict.filter(isWarning),
    };
  }

  /** Asks about what brings a database to life or removes it. What makes one safer, or stops work, never waits for it. */
  async #ask(
    { type }: Change,
    record: DatabaseRecord,
    credentials: UserCredentials,
  ): Promise<JudgedFinding[]> {
    const request = requestOf(type, record);
    if (!request) return [];
    const { findings } = await this.#deps.policies.enforce(
      { ...request, source: 'api' },
      { credentials },
    );
    return findings;
  }

  async #begin(
    trx: Knex.Transaction,
    record: DatabaseRecord,
    change: Change,
    { actor, notForGood }: { actor: string; notForGood?: string },
  ): Promise<string> {
    switch (change.type) {
      case 'retry':
        return this.#retry(trx, record, actor);
      case 'cancel':
        return this.#cancel(trx, record, actor);
      case 'give-up':
        return this.#giveUp(trx, record, actor);
      case 'delete':
        return this.#delete(trx, record, {
          confirmName: change.confirmName,
          notForGood,
          actor,
        });
      case 'rotate':
        return this.#rotate(trx, record, actor);
      default:
        return this.#start(trx, record, change.type, actor);
    }
  }

  async #retry(trx: Knex.Transaction, record: DatabaseRecord, actor: string) {
    const last = await this.#last(trx, record);
    if (last?.state === 'uncertain') {
      await this.#deps.operations.resolveUncertain(trx, {
        operationId: last.id,
        decision: 'resume',
        actor,
      });
      return last.id;
    }
    if (record.state !== 'failed' || last?.state !== 'failed') {
      throw new ConflictError(
        `Nothing has failed: the database is ${record.state}`,
      );
    }
    // The same input, so that it goes on with what the failed one made, for whom it is now.
    const isUnapproved =
      last.type === 'decline' || last.error?.stepId === CHECK_APPROVAL_STEP;
    const operation = await this.#deps.operations.startOperation(trx, {
      type: isUnapproved ? ASK_APPROVAL : last.type,
      resourceId: record.id,
      input: forOwner(last.input, record.owner),
      actor,
    });
    return operation.id;
  }

  async #rotate(trx: Knex.Transaction, record: DatabaseRecord, actor: string) {
    const last = await this.#last(trx, record);
    // A rotation that failed may have sealed a revision with a key that is lost by now.
    const used = Math.max(
      record.workload_revision,
      Number(last?.input.revision ?? 0),
    );
    return this.#start(trx, record, 'rotate', actor, {
      slot: otherSlot(record.workload_slot ?? 'b'),
      revision: used + 1,
    });
  }

  async #giveUp(trx: Knex.Transaction, record: DatabaseRecord, actor: string) {
    const last = await this.#last(trx, record);
    if (last?.state !== 'uncertain') {
      throw new ConflictError('There is nothing to decide');
    }
    await this.#deps.operations.resolveUncertain(trx, {
      operationId: last.id,
      decision: 'give-up',
      actor,
    });
    return last.id;
  }

  async #cancel(trx: Knex.Transaction, record: DatabaseRecord, actor: string) {
    const last = await this.#last(trx, record);
    if (last?.finishedAt && record.state === 'awaiting-approval') {
      return this.#callOff(trx, record, last, actor);
    }
    if (last?.type === CALL_OFF && !last.finishedAt) {
      return last.id;
    }
    if (!last || last.finishedAt) {
      throw new ConflictError(
        `Nothing is under way that could be called off: the database is ${record.state}`,
      );
    }
    if (last.failing && !last.calledOff) {
      throw new ConflictError(
        `"${last.title}" has failed and is being taken back already. Wait until it has ended.`,
      );
    }
    if (!last.cancel && !last.calledOff) {
      throw new ConflictError(
        `It is too late to call off "${last.title}": the server has been told, or may have been. Let it end, then change it back.`,
      );
    }
    const isOrder = [ASK_APPROVAL, 'create'].includes(last.type);
    if (isOrder && last.input.approvalRule && !last.calledOff) {
      if (!(await mayHaveMade(trx, record.id))) {
        // No step is begun any more, so that it stays so.
        await markDeleted(trx, record.id);
      } else if (last.type === ASK_APPROVAL) {
        throw new ConflictError(
          'A part of it was made before. Wait until those who decide have been asked, then cancel the order.',
        );
      }
    }
    await this.#deps.operations.cancel(trx, { operationId: last.id, actor });
    return last.id;
  }

  /** Takes back an order that waits for approval. */
  async #callOff(
    trx: Knex.Transaction,
    record: DatabaseRecord,
    last: Operation,
    actor: string,
  ): Promise<string> {
    if (await mayHaveMade(trx, record.id)) {
      // Approved once and made in part; the name is held until that is removed. The rest of the
      // input is for what comes when this is called off before it has begun.
      return this.#start(trx, record, 'clean', actor, {
        ...last.input,
        withdrawsQuestion: true,
      });
    }
    await markDeleted(trx, record.id);
    return this.#start(trx, record, CALL_OFF, actor);
  }

  async #delete(
    trx: Knex.Transaction,
    record: DatabaseRecord,
    options: { confirmName?: string; notForGood?: string; actor: string },
  ): Promise<string> {
    const { confirmName, notForGood, actor } = options;
    const { graceHours } = this.#deps.config.deletion;
    const grace = trx.raw(`now() + ? * interval '1 hour'`, [graceHours]);
    if (record.state === 'ready') {
      await trx('databases')
        .where({ id: record.id })
        .update({ purge_after: grace });
      return this.#start(trx, record, 'suspend', actor);
    }
    if (record.state === 'awaiting-approval') {
      throw new ConflictError(
        'There is nothing to delete yet: it waits for approval. Cancel the order instead.',
      );
    }
    if (record.state === 'orphaned' && notForGood) {
      throw new NotAllowedError(notForGood);
    }
    if (record.state !== 'suspended') {
      // "failed" and "orphaned"; the operation refuses every other state.
      return this.#start(trx, record, 'clean', actor);
    }
    if (!record.purge_after) {
      await trx('databases')
        .where({ id: record.id })
        .update({ purge_after: grace });
      const last = await this.#last(trx, record);
      if (graceHours > 0 && last) {
        return last.id;
      }
    }
    const [{ due, purge_after: purgeAfter }] = await trx('databases')
      .where({ id: record.id })
      .select('purge_after', trx.raw('purge_after <= now() AS due'));
    if (!due) {
      throw new ConflictError(
        `The data is kept until ${formatTime(purgeAfter)} and can be purged after that`,
      );
    }
    if (notForGood) {
      throw new NotAllowedError(notForGood);
    }
    if (confirmName !== record.name) {
      throw new InputError(
        `confirmName is not the name of this database. Give "${record.name}" to purge its data for good.`,
      );
    }
    return this.#start(trx, record, 'purge', actor);
  }

  async #start(
    trx: Knex.Transaction,
    record: DatabaseRecord,
    type: string,
    actor: string,
    extra: Partial<OperationInput> = {},
  ): Promise<string> {
    const input: OperationInput = { providerId: record.provider_id, ...extra };
    const operation = await this.#deps.operations.startOperation(trx, {
      type,
      resourceId: record.id,
      input,
      actor,
    });
    return operation.id;
  }

  async #last(
    trx: Knex.Transaction,
    record: DatabaseRecord,
  ): Promise<Operation | undefined> {
    const latest = await this.#deps.operations.latestOperations(
      [record.id],
      trx,
    );
    return latest.get(record.id);
  }
}

/** What the policies are asked about a change; undefined for what they are not asked about. */
function requestOf(
  type: Change['type'],
  record: DatabaseRecord,
): PolicyRequest | undefined {
  switch (type) {
    case 'retry':
      // An order begins anew; what is unknown is only gone on with.
      return record.state === 'failed' ? orderRequest(record) : undefined;
    case 'resume':
      return changeRequest(record, 'update');
    case 'delete':
      return changeRequest(record, 'delete');
    default:
      return undefined;
  }
}
