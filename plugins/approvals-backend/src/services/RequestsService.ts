import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { InputError } from '@backstage/errors';
import {
  approvalOutcomeSchema,
  whyNotVote,
  type Approval,
  type ApprovalOutcomesPage,
  type ApprovalRequest,
  type ApprovalStatus,
  type ApprovalSubject,
} from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import type { ApprovalsConfig } from '../config';
import { endRequest } from '../database/endRequest';
import { insertRequest } from '../database/insertRequest';
import { lockRequest } from '../database/lockRequest';
import { findNewestFor, getRequest } from '../database/readRequests';
import type { RequestRecord, RequestRow } from '../database/rows';
import type { ServiceDeps } from './ApprovalsService';
import { toApproval } from './presentation';

interface RequestsDeps extends ServiceDeps {
  config: ApprovalsConfig;
}

/**
 * What other plugins ask for. Each sees only what it asked for itself: an approval that one plugin
 * was given, under a rule that it chose, means nothing to another.
 */
export class RequestsService {
  readonly #deps: RequestsDeps;

  static create(deps: RequestsDeps): RequestsService {
    return new RequestsService(deps);
  }

  private constructor(deps: RequestsDeps) {
    this.#deps = deps;
  }

  /**
   * Asks people. A request for the same subject that is open or approved and asks for the very
   * same is the answer; one that asks for anything else is superseded, with its votes.
   */
  async request(
    request: ApprovalRequest,
    options: { caller: string; idempotencyKey: string },
  ): Promise<Approval> {
    const { knex, resources } = this.#deps;
    const { caller, idempotencyKey } = options;
    // Before the transaction, so that a slow catalog holds no connection and no lock.
    const problem = await this.#problemOf(request);
    const { result } = await knex.transaction(trx =>
      resources.once(
        trx,
        {
          scope: `request ${caller}`,
          key: idempotencyKey,
          body: JSON.parse(JSON.stringify(request)),
        },
        async () => {
          // In here, so that a repeated request is answered with its approval all the same.
          if (problem) throw new InputError(problem);
          return { id: await this.#ask(trx, request, caller) };
        },
      ),
    );
    return toApproval(await getRequest(knex, result.id));
  }

  /** Whether a digest is approved now, and the request for it. */
  async status(
    subject: ApprovalSubject,
    digest: string,
    caller: string,
  ): Promise<ApprovalStatus> {
    const { knex } = this.#deps;
    const newest = await findNewestFor(knex, { ...subject, caller });
    const matching =
      newest?.digest === digest
        ? newest
        : await findNewestFor(knex, { ...subject, caller, digest });
    return {
      approval: matching ? toApproval(matching) : null,
      approved: newest?.digest === digest && newest.state === 'approved',
    };
  }

  /** Calls a request off. One that has ended is left as it is. */
  async withdraw(
    withdrawal: {
      subject: ApprovalSubject;
      digest: string;
      reason?: string;
      actor?: string;
    },
    caller: string,
  ): Promise<ApprovalStatus> {
    const { knex, resources } = this.#deps;
    const { subject, digest, reason, actor = caller } = withdrawal;
    const found = await findNewestFor(knex, { ...subject, caller, digest });
    if (found) {
      await knex.transaction(async trx => {
        const { state } = await lockRequest(resources, trx, found.id);
        if (state !== 'pending') return;
        await endRequest(resources, trx, {
          id: found.id,
          state: 'withdrawn',
          actor,
          reason,
        });
      });
    }
    return this.status(subject, digest, caller);
  }

  /** What ended and was not acknowledged yet by a consumer of the caller's. */
  async outcomes(
    consumer: string,
    limit: number,
    caller: string,
  ): Promise<ApprovalOutcomesPage> {
    const { knex, resources } = this.#deps;
    const rows = await resources.readUnacknowledged({
      consumer: consumerId(caller, consumer),
      limit,
    });
    const asked: RequestRow[] = await knex('approval_requests')
      .whereIn(
        'id',
        rows.map(row => row.event.resourceId),
      )
      .where({ caller });
    const byId = new Map(asked.map(row => [row.id, row]));
    return {
      position: rows.at(-1)?.position,
      items: rows.flatMap(({ position, event }) => {
        const request = byId.get(event.resourceId);
        if (!request || event.type !== 'state.changed') return [];
        return [
          approvalOutcomeSchema.parse({
            position,
            approvalId: request.id,
            subject: { kind: request.subject_kind, id: request.subject_id },
            digest: request.digest,
            state: event.data.to,
            reason: event.data.reason,
            at: event.createdAt.toISOString(),
          }),
        ];
      }),
    };
  }

  acknowledge(
    consumer: string,
    position: number,
    caller: string,
  ): Promise<void> {
    return this.#deps.resources.acknowledge({
      consumer: consumerId(caller, consumer),
      position,
    });
  }

  async #ask(
    trx: Knex.Transaction,
    request: ApprovalRequest,
    caller: string,
  ): Promise<string> {
    const { config, resources } = this.#deps;
    const { kind, id: subjectId } = request.subject;
    // One request for a subject at a time, also when there is none yet that could be held.
    await trx.raw(
      `SELECT pg_advisory_xact_lock(hashtextextended('approvals ' || ?::text, 0))`,
      [JSON.stringify([caller, kind, subjectId])],
    );
    const newest = await findNewestFor(trx, { caller, ...request.subject });
    const id = randomUUID();
    if (newest) {
      const { state, is_overdue } = await lockRequest(
        resources,
        trx,
        newest.id,
      );
      const isOpen = state === 'pending' && !is_overdue;
      if ((isOpen || state === 'approved') && asksTheSame(newest, request)) {
        return newest.id;
      }
      if (state === 'pending') {
        await endRequest(resources, trx, {
          id: newest.id,
          ...(is_overdue
            ? { state: 'expired', reason: 'Nobody decided in time.' }
            : {
                state: 'superseded',
                actor: request.requester,
                supersededBy: id,
              }),
        });
      }
    }
    await insertRequest(resources, trx, {
      ...request,
      id,
      caller,
      expiresAfterHours: request.expiresAfterHours ?? config.expiresAfterHours,
      remindAfterHours: request.remindAfterHours ?? config.remindAfterHours,
    });
    return id;
  }

  /** What makes a request one that could never be decided. */
  async #problemOf(request: ApprovalRequest): Promise<string | undefined> {
    const { people } = this.#deps;
    const { rule, owner, requester, authors } = request;
    const groups = [...new Set(rule.flatMap(part => part.groups))];
    const missing = await people.missing([owner, requester, ...groups]);
    if (missing.length) {
      return `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not in the catalog. Name groups and people that are.`;
    }
    const members = await people.membersOf(groups);
    const excluded = [requester, ...authors];
    for (const [index, part] of rule.entries()) {
      const able = [...members.keys()].filter(
        person =>
          !whyNotVote(
            { rule: [part], requester, excluded },
            { person, castBy: person },
            members,
          ),
      );
      if (able.length < part.required) {
        return `rule.${index}.required is ${part.required}, and ${part.groups.join(', ')} ${
          part.groups.length > 1 ? 'have' : 'has'
        } ${able.length} who may decide: the requester and the authors may not. Name another group, or require fewer.`;
      }
    }
    return undefined;
  }
}

/** Whether an approval of the one is an approval of the other. */
function asksTheSame(record: RequestRecord, request: ApprovalRequest): boolean {
  const excluded = new Set([request.requester, ...request.authors]);
  return (
    record.digest === request.digest &&
    record.requester === request.requester &&
    isDeepStrictEqual(record.rule, request.rule) &&
    isDeepStrictEqual(new Set(record.excluded), excluded)
  );
}

function consumerId(caller: string, consumer: string): string {
  return `${caller}/${consumer}`;
}
