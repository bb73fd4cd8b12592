import {
  ConflictError,
  NotAllowedError,
  NotFoundError,
} from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';
import { parseInput } from '@slipway/input';
import {
  voteRequestSchema,
  type AnswerLink,
  type ApprovalAnswer,
  type ApprovalDetails,
} from '@slipway/plugin-approvals-common';
import {
  burnAnswerLink,
  findAnswerLink,
  insertAnswerLink,
  type AnswerLinkRow,
} from '../database/answerLinks';
import type { ApprovalsService, ServiceDeps } from './ApprovalsService';
import type { DecisionsService } from './DecisionsService';
import { assertDirectPerson } from './directPerson';

interface AnswerLinksDeps extends ServiceDeps {
  approvals: ApprovalsService;
  decisions: DecisionsService;
}

/**
 * Links for mail and Slack that lead to an answer. A link proves nothing by itself: it opens a
 * page that asks who one is, and only the session of the very person it was made for can use it,
 * once.
 */
export class AnswerLinksService {
  readonly #deps: AnswerLinksDeps;

  static create(deps: AnswerLinksDeps): AnswerLinksService {
    return new AnswerLinksService(deps);
  }

  private constructor(deps: AnswerLinksDeps) {
    this.#deps = deps;
  }

  /** Makes a link; the secret part of its address. */
  make(link: {
    requestId: string;
    person: string;
    answer: ApprovalAnswer;
  }): Promise<string> {
    return insertAnswerLink(this.#deps.knex, this.#deps.resources.clock, link);
  }

  /** Whether somebody may use links at all. */
  assertMayUseAny(credentials: UserCredentials): void {
    assertDirectPerson(this.#deps.auth, credentials);
  }

  /** What a link is about. Nothing changes. */
  async open(token: string, credentials: UserCredentials): Promise<AnswerLink> {
    const link = await this.#usable(token, credentials);
    const approval = await this.#deps.approvals.get(
      link.request_id,
      credentials,
    );
    return { approval, answer: link.answer };
  }

  /** Votes as the link says, and uses it up in the same transaction. */
  async use(
    token: string,
    reason: string | undefined,
    credentials: UserCredentials,
  ): Promise<ApprovalDetails> {
    const { decisions, knex, resources } = this.#deps;
    const { answer, request_id } = await this.#usable(token, credentials);
    const vote = parseInput(voteRequestSchema, { answer, reason });
    const approval = await decisions.vote(
      request_id,
      vote,
      credentials,
      async trx => {
        if (!(await burnAnswerLink(trx, resources.clock, token))) {
          throw usedUp();
        }
      },
    );
    // The same vote was there already: the link goes all the same.
    await burnAnswerLink(knex, resources.clock, token);
    return approval;
  }

  async #usable(
    token: string,
    credentials: UserCredentials,
  ): Promise<AnswerLinkRow> {
    const { auth, knex } = this.#deps;
    assertDirectPerson(auth, credentials);
    const link = await findAnswerLink(knex, token);
    if (!link) {
      throw new NotFoundError(
        'This link is not known. Open the approval from Home or from the bell.',
      );
    }
    if (link.person !== credentials.principal.userEntityRef) {
      throw new NotAllowedError(
        'This link was made for somebody else. Sign in as whoever received it, or open the approval from Home.',
      );
    }
    if (link.used_at) throw usedUp();
    return link;
  }
}

function usedUp(): ConflictError {
  return new ConflictError(
    'This link was used already. Open the approval from Home to see how it stands.',
  );
}
