import { ConflictError, NotAllowedError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import {
  approvalDecidePermission,
  approvalWithdrawPermission,
  decide,
  whyNotVote,
  type ApprovalDetails,
  type Memberships,
  type VoteRequest,
} from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import { isDeputyNow } from '../database/deputies';
import { endRequest } from '../database/endRequest';
import { lockRequest } from '../database/lockRequest';
import { castVote, listVotes, removeVote } from '../database/votes';
import type { LockedRequest, RequestRecord } from '../database/rows';
import {
  toDecidable,
  type ApprovalsService,
  type ServiceDeps,
} from './ApprovalsService';
import { assertDirectPerson } from './directPerson';
import { toCountable } from './presentation';

/** Votes come one after the other; somebody who was overtaken this often may try again by hand. */
const ATTEMPTS = 8;

interface DecisionsDeps extends ServiceDeps {
  approvals: ApprovalsService;
}

/** Takes people's votes, and decides by them. */
export class DecisionsService {
  readonly #deps: DecisionsDeps;

  static create(deps: DecisionsDeps): DecisionsService {
    return new DecisionsService(deps);
  }

  private constructor(deps: DecisionsDeps) {
    this.#deps = deps;
  }

  /** Whether somebody may see a request and decide about any; for whom they do is looked at with their vote. */
  async assertMayVote(
    id: string,
    credentials: UserCredentials,
  ): Promise<RequestRecord> {
    const { access, approvals, auth } = this.#deps;
    assertDirectPerson(auth, credentials);
    const seen = await approvals.readable(id, credentials);
    await access.assertHolds(
      credentials,
      approvalDecidePermission,
      'You may not decide about requests',
    );
    return seen;
  }

  /** Whether somebody may call a request off. */
  async assertMayWithdraw(
    id: string,
    credentials: UserCredentials,
  ): Promise<RequestRecord> {
    const { access, approvals, auth } = this.#deps;
    assertDirectPerson(auth, credentials);
    const seen = await approvals.readable(id, credentials);
    if (!(await access.may(credentials, approvalWithdrawPermission, seen))) {
      throw new NotAllowedError(
        `Only ${seen.requester}, who asked for it, and the platform team may withdraw it.`,
      );
    }
    return seen;
  }

  /**
   * Casts or changes a vote, and ends the request when that decides it, in one transaction. The
   * same vote again changes nothing.
   *
   * @param also - what else has to be true and to be written with the vote
   */
  async vote(
    id: string,
    vote: VoteRequest,
    credentials: UserCredentials,
    also: (trx: Knex.Transaction) => Promise<void> = async () => undefined,
  ): Promise<ApprovalDetails> {
    const { approvals } = this.#deps;
    const castBy = credentials.principal.userEntityRef;
    const person = vote.onBehalfOf ?? castBy;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const seen = await this.assertMayVote(id, credentials);
      const isRepeated = isVotedAlready(seen, vote, { person, castBy });
      if (isRepeated && seen.state !== 'pending') {
        return approvals.get(id, credentials);
      }
      const memberships = await this.#memberships(seen, [person, castBy]);
      const refusal = whyNotVote(
        toDecidable(seen),
        { person, castBy },
        memberships,
      );
      if (refusal) throw new NotAllowedError(refusal);
      // Unless somebody came back to the group, so that the votes decide now.
      if (
        isRepeated &&
        !decide(toDecidable(seen), toCountable(seen), memberships)
      ) {
        return approvals.get(id, credentials);
      }
      const isDone = await this.#ifUnchanged(seen, async (trx, request) => {
        await also(trx);
        await this.#assertSpeaksFor(trx, seen, { person, castBy });
        await castVote(this.#deps.resources, trx, {
          requestId: id,
          person,
          castBy,
          answer: vote.answer,
          reason: vote.reason,
        });
        await this.#end(trx, request, memberships, { castBy, ...vote });
      });
      if (isDone) return approvals.get(id, credentials);
    }
    throw tooBusy();
  }

  /**
   * Takes a vote back while nothing is decided: the person whose it is, or who has cast it as a
   * deputy and still is one. What is not there is left so.
   */
  async takeBack(
    id: string,
    onBehalfOf: string | undefined,
    credentials: UserCredentials,
  ): Promise<ApprovalDetails> {
    const { approvals, resources } = this.#deps;
    const castBy = credentials.principal.userEntityRef;
    const person = onBehalfOf ?? castBy;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const seen = await this.assertMayVote(id, credentials);
      const vote = seen.votes.find(v => v.person === person);
      if (vote && castBy !== person && castBy !== vote.cast_by) {
        throw new NotAllowedError(
          `The vote of ${person} is taken back by ${person}, or by ${vote.cast_by}, who cast it.`,
        );
      }
      const isDone = await this.#ifUnchanged(seen, async trx => {
        if (
          vote &&
          castBy !== person &&
          !(await isDeputyNow(trx, resources.clock, { person, deputy: castBy }))
        ) {
          throw new NotAllowedError(
            `You are no deputy of ${person} any more. The vote that you cast stands, and ${person} can change it or take it back.`,
          );
        }
        await removeVote(resources, trx, { requestId: id, person, castBy });
      });
      if (isDone) return approvals.get(id, credentials);
    }
    throw tooBusy();
  }

  /** Calls the request off: for whoever asked, and for administrators. */
  async withdraw(
    id: string,
    reason: string | undefined,
    credentials: UserCredentials,
  ): Promise<ApprovalDetails> {
    const { approvals, knex, resources } = this.#deps;
    await this.assertMayWithdraw(id, credentials);
    await knex.transaction(async trx => {
      const request = await lockRequest(resources, trx, id);
      if (request.state === 'withdrawn') return;
      assertOpen(request);
      await endRequest(resources, trx, {
        id,
        state: 'withdrawn',
        actor: credentials.principal.userEntityRef,
        reason,
      });
    });
    return approvals.get(id, credentials);
  }

  /** Who belongs where now: the new voter, and everybody whose vote would count. */
  #memberships(seen: RequestRecord, voters: string[]): Promise<Memberships> {
    return this.#deps.people.groupsOf([
      ...voters,
      ...seen.votes.flatMap(({ person, cast_by }) => [person, cast_by]),
    ]);
  }

  /**
   * Does something in a transaction that holds the request, if it still is what was seen: the
   * catalog was asked about the voters that were seen, outside of the transaction, so that a slow
   * catalog holds no lock. False when somebody was faster.
   */
  async #ifUnchanged(
    seen: RequestRecord,
    work: (trx: Knex.Transaction, request: LockedRequest) => Promise<void>,
  ): Promise<boolean> {
    const { knex, resources } = this.#deps;
    return knex.transaction(async trx => {
      const request = await lockRequest(resources, trx, seen.id);
      // First: who comes too late looks again, and may find that it was done.
      if (request.version !== seen.version) return false;
      assertOpen(request);
      await work(trx, request);
      return true;
    });
  }

  async #assertSpeaksFor(
    trx: Knex.Transaction,
    seen: RequestRecord,
    { person, castBy }: { person: string; castBy: string },
  ): Promise<void> {
    if (person === castBy) return;
    const { clock } = this.#deps.resources;
    if (!(await isDeputyNow(trx, clock, { person, deputy: castBy }))) {
      throw new NotAllowedError(
        `You are no deputy of ${person} now. ${person} can name you one, for a time.`,
      );
    }
    const vote = seen.votes.find(v => v.person === person);
    if (vote && vote.cast_by !== castBy) {
      throw new ConflictError(
        vote.cast_by === person
          ? `${person} has voted already. Only ${person} can change that vote.`
          : `${vote.cast_by} has voted for ${person} already. Only these two can change that vote.`,
      );
    }
  }

  async #end(
    trx: Knex.Transaction,
    request: LockedRequest,
    memberships: Memberships,
    vote: { castBy: string; reason?: string },
  ): Promise<void> {
    const votes = await listVotes(trx, request.id);
    const state = decide(request, toCountable({ votes }), memberships);
    if (state) {
      await endRequest(this.#deps.resources, trx, {
        id: request.id,
        state,
        actor: vote.castBy,
        reason: vote.reason,
      });
    }
  }
}

function isVotedAlready(
  { votes }: RequestRecord,
  { answer, reason }: VoteRequest,
  { person, castBy }: { person: string; castBy: string },
): boolean {
  return votes.some(
    vote =>
      vote.person === person &&
      vote.cast_by === castBy &&
      vote.answer === answer &&
      (vote.reason ?? undefined) === reason,
  );
}

function assertOpen({ state, is_overdue, expires_at }: LockedRequest): void {
  if (state !== 'pending') {
    throw new ConflictError(
      `The request is ${state} already, which never changes.`,
    );
  }
  if (is_overdue) {
    throw new ConflictError(
      `The request ended at ${expires_at.toISOString()} without a decision. Whoever asked can ask again.`,
    );
  }
}

function tooBusy(): ConflictError {
  return new ConflictError(
    'Several people vote at this moment. Look at the request, and try again.',
  );
}
