import type { LoggerService } from '@backstage/backend-plugin-api';
import { toError } from '@backstage/errors';
import {
  isOperationError,
  RetryableError,
  type DurableOperations,
} from '@slipway/operations';
import type { Approval } from '@slipway/plugin-approvals-common';
import type { ApprovalsService } from '@slipway/plugin-approvals-node';
import {
  databasePagePath,
  type DatabaseProtection,
} from '@slipway/plugin-databases-common';
import {
  PolicyRefusedError,
  type PoliciesService,
} from '@slipway/plugin-policies-node';
import type { Knex } from 'knex';
import type { DatabasesConfig } from '../config';
import {
  closePendingChange,
  findPendingChange,
  forgetPendingChange,
  listOpenChanges,
  noteAsked,
} from '../database/pendingChanges';
import { getDatabase } from '../database/readDatabases';
import type { DatabaseRecord, PendingChangeRow } from '../database/rows';
import { answered } from '../operations/approvalSteps';
import { RESIZE } from '../operations/resize';
import { resizeInput } from './changes/beginResize';
import { endedEvent, endPendingChange } from './changes/endPendingChange';
import { resizeRequest } from './policyRequests';
import type { Providers } from './Providers';
import { checkQuota } from './quotas';

/** How many are looked at in one go; the sweep comes back for the others. */
const BATCH = 100;

/** What approvals know a change of size by: another one each time it is asked for. */
export function resizeSubject({ id }: Pick<PendingChangeRow, 'id'>) {
  return { kind: 'database-resize', id };
}

/**
 * Asks those who decide about changes of size, and goes on when they have decided. Looks how it stands rather than at what
 * happened, so that it may die at any line, that replicas may do the same at once, and that a lost hint only costs time.
 */
export class PendingChangesWatch {
  readonly #deps: PendingChangesDeps;

  static create(deps: PendingChangesDeps): PendingChangesWatch {
    return new PendingChangesWatch(deps);
  }

  private constructor(deps: PendingChangesDeps) {
    this.#deps = deps;
  }

  /** Looks at what waits: all of it, or that of one database, or what waits for one approval. Never rejects. */
  async look(
    only: { databaseId?: string; approvalId?: string } = {},
  ): Promise<void> {
    const { knex, logger } = this.#deps;
    try {
      for (const change of await listOpenChanges(knex, {
        ...only,
        limit: BATCH,
      })) {
        await this.#settle(change).catch(error =>
          logger.warn(
            `The size that database ${change.database_id} is to have will be looked at later`,
            toError(error),
          ),
        );
      }
    } catch (error) {
      logger.warn('Changes of size will be looked at later', toError(error));
    }
  }

  async #settle(change: PendingChangeRow): Promise<void> {
    const { approvals, knex } = this.#deps;
    if (change.ended_at) {
      await this.#withdrawQuestion(change);
      return;
    }
    const record = await getDatabase(knex, change.database_id);
    const over = whyOver(record, change);
    if (over) {
      await this.#end(change, over);
      return;
    }
    if (!change.approval_id) {
      await this.#ask(change, record);
      return;
    }
    const approval = await approvals.get(resizeSubject(change), change.digest);
    if (!approval || approval.state === 'pending') return;
    if (approval.state !== 'approved') {
      await this.#end(change, whyDeclined(approval), { isTold: true });
      return;
    }
    await this.#begin(change, record);
  }

  async #ask(change: PendingChangeRow, record: DatabaseRecord): Promise<void> {
    const { approvals, knex, operations, providers } = this.#deps;
    const { spec, requested_by: requester } = change;
    const { name, environment, owner } = record;
    const question = {
      subject: resizeSubject(change),
      digest: change.digest,
      title: `Change the size of ${name} in ${environment} to ${spec.size}`,
      link: databasePagePath(name, environment),
      facts: factsOf(change, record, providers.titleOf(record.provider_id)),
      rule: change.rule,
      requester,
      authors: [requester],
      environment,
      owner,
    };
    let approval: Approval;
    try {
      approval = await answered(() =>
        approvals.request(question, { idempotencyKey: change.id }),
      );
    } catch (error) {
      if (!isOperationError(error, 'TerminalError')) throw error;
      await this.#end(change, inSentence(error.message));
      return;
    }
    const isAsked = await knex.transaction(async trx => {
      if (!(await this.#hold(trx, change))) return false;
      await noteAsked(trx, change.id, approval.id);
      // Also for open pages: the way to the question is there now.
      await operations.appendEvent(trx, {
        resourceId: record.id,
        type: 'approval.asked',
        data: {
          message: 'Those who decide about the size were asked',
          approvalId: approval.id,
        },
      });
      return true;
    });
    if (!isAsked) {
      await this.#withdrawQuestion({ ...change, ended_by: null });
      return;
    }
    // They may have answered before it was written which question is which.
    if (approval.state !== 'pending') {
      await this.#settle({ ...change, approval_id: approval.id });
    }
  }

  /** It is approved, and comes when the database is as it was when it was asked for, and everything else agrees too. */
  async #begin(
    change: PendingChangeRow,
    record: DatabaseRecord,
  ): Promise<void> {
    const { config, knex, operations } = this.#deps;
    // Asked before the transaction: a slow catalog holds no lock.
    const refusal = await this.#refusal(change, record);
    const { id, spec } = record;
    await knex.transaction(async trx => {
      const now = await this.#hold(trx, change);
      if (!now) return;
      const end = (reason: string) =>
        endPendingChange({ operations, trx }, id, { reason });
      const over = whyOver(now, change) ?? refusal;
      if (over) {
        await end(over);
        return;
      }
      const last = (await operations.latestOperations([id], trx)).get(id);
      // What is under way ends, and this is looked at again then.
      if (last && !last.finishedAt) return;
      if (now.state !== 'ready') {
        await end(`the database is ${now.state}`);
        return;
      }
      // It counts as what is under way from then on, and not twice.
      await closePendingChange(trx, change.id, { reason: 'It was approved.' });
      const grown = change.spec.limits.storageGiB - spec.limits.storageGiB;
      const beyond =
        grown > 0
          ? await checkQuota(trx, config, now, {
              databases: 0,
              storageGiB: grown,
            }).catch((error: Error) => {
              if (error.name !== 'ConflictError') throw error;
              return { sentence: error.message };
            })
          : undefined;
      if (beyond && beyond.sentence !== change.beyond_quota) {
        await operations.appendEvent(
          trx,
          endedEvent(change, { reason: inSentence(beyond.sentence) }),
        );
        return;
      }
      await operations.appendEvent(trx, {
        resourceId: id,
        type: 'resize.approved',
        data: { message: `Approved: ${change.spec.size} for ${spec.size}` },
      });
      await operations.startOperation(trx, {
        type: RESIZE,
        resourceId: id,
        input: { ...resizeInput(now, change.spec) },
        actor: change.requested_by,
      });
    });
  }

  /** Why it may not come, whatever those who decide have said; undefined when it may. */
  async #refusal(
    change: PendingChangeRow,
    record: DatabaseRecord,
  ): Promise<string | undefined> {
    const { groupsOf, policies, protectionOf } = this.#deps;
    const ref = change.requested_by;
    const groups = await groupsOf(ref).catch(error => {
      throw new RetryableError('The catalog does not answer.', {
        cause: error,
      });
    });
    if (!groups) {
      return `${ref} asked for it and is not in the catalog any more, so that policies cannot be asked`;
    }
    try {
      await policies.enforce({
        ...resizeRequest(
          { ...record, protection: protectionOf(record) },
          change.spec,
        ),
        user: { ref, groups },
        source: 'operation',
      });
      return undefined;
    } catch (error) {
      if (error instanceof PolicyRefusedError) return inSentence(error.message);
      throw error;
    }
  }

  async #end(
    change: PendingChangeRow,
    reason: string,
    options: { isTold?: boolean } = {},
  ): Promise<void> {
    const { knex, operations } = this.#deps;
    await knex.transaction(async trx => {
      if (!(await this.#hold(trx, change))) return;
      await endPendingChange({ operations, trx }, change.database_id, {
        reason,
        ...options,
      });
    });
  }

  /** Holds the database until the transaction ends; undefined when the change waits no more. */
  async #hold(
    trx: Knex.Transaction,
    { id, database_id: databaseId }: PendingChangeRow,
  ): Promise<DatabaseRecord | undefined> {
    // The resource first, as workers do: otherwise the two wait for each other.
    await this.#deps.operations.hold(trx, databaseId);
    await trx('databases').where({ id: databaseId }).forUpdate().first('id');
    const pending = await findPendingChange(trx, databaseId);
    return pending?.id === id ? getDatabase(trx, databaseId) : undefined;
  }

  /** Again and again for a while: whoever was asking when it ended may come later than the first time. */
  async #withdrawQuestion(change: PendingChangeRow): Promise<void> {
    const { approvals, knex } = this.#deps;
    const actor = change.ended_by;
    await answered(() =>
      approvals.withdraw(resizeSubject(change), change.digest, {
        reason: 'The change of size was called off.',
        ...(actor?.startsWith('user:') && { actor }),
      }),
    );
    await forgetPendingChange(knex, change.id);
  }
}

interface PendingChangesDeps {
  knex: Knex;
  operations: DurableOperations;
  approvals: ApprovalsService;
  policies: PoliciesService;
  providers: Providers;
  config: DatabasesConfig;
  logger: LoggerService;
  protectionOf(record: DatabaseRecord): DatabaseProtection;
  /** The groups of a person now; undefined when nobody knows the person any more. */
  groupsOf(userRef: string): Promise<string[] | undefined>;
}

/** Why a change is not waited for any more; undefined while it is. */
function whyOver(
  record: DatabaseRecord,
  { revision }: PendingChangeRow,
): string | undefined {
  if (record.deleted_at || record.purge_after) {
    return 'the database is deleted';
  }
  return record.revision === revision
    ? undefined
    : 'the database has changed since it was asked for';
}

function whyDeclined({ state, endReason }: Approval): string {
  return `the approval was ${state}${endReason ? `: ${endReason}` : ''}`;
}

function inSentence(message: string): string {
  return message.replace(/\.$/, '');
}

function factsOf(
  { spec, beyond_quota: beyond }: PendingChangeRow,
  { engine, owner, spec: was }: DatabaseRecord,
  provider: string,
) {
  const price = (of: typeof spec) =>
    of.pricePerMonth
      ? `${of.pricePerMonth.amount} ${of.pricePerMonth.currency} a month`
      : 'unknown';
  return [
    { label: 'Engine', value: [engine, was.version].filter(Boolean).join(' ') },
    {
      label: 'Size',
      value: `${spec.size}, ${spec.limits.storageGiB} GiB, instead of ${was.size}, ${was.limits.storageGiB} GiB`,
    },
    {
      label: 'Price',
      value: `${price(spec)}, instead of ${price(was)}`,
    },
    { label: 'Provider', value: provider },
    ...(beyond ? [{ label: 'Beyond the quota', value: beyond }] : []),
    { label: 'Owner', value: owner },
  ];
}
