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
import { listPrincipals } from '../database/deputies';
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
 * once. Whose vote it is, the person's or that of somebody whose deputy the person was, was said
 * when it was made, and whether the person may still cast it is looked at each time.
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
    onBehalfOf?: string;
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
    return {
      approval: { ...approval, me: ofLink(approval.me, link) },
      answer: link.answer,
      onBehalfOf: link.on_behalf_of ?? undefined,
    };
  }

  /** Votes as the link says, and uses it up in the same transaction. */
  async use(
    token: string,
    reason: string | undefined,
    credentials: UserCredentials,
  ): Promise<{ approval: ApprovalDetails; onBehalfOf?: string }> {
    const { decisions, knex, resources } = this.#deps;
    const link = await this.#usable(token, credentials);
    const { answer, request_id } = link;
    const onBehalfOf = link.on_behalf_of ?? undefined;
    const vote = parseInput(voteRequestSchema, { answer, reason, onBehalfOf });
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
    return { approval, onBehalfOf };
  }

  async #usable(
    token: string,
    credentials: UserCredentials,
  ): Promise<AnswerLinkRow> {
    const { auth, knex, resources } = this.#deps;
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
    const principal = link.on_behalf_of;
    if (
      principal &&
      !(await listPrincipals(knex, resources.clock, link.person)).includes(
        principal,
      )
    ) {
      throw new NotAllowedError(
        `This link was made for a deputy of ${principal}, and you are none now. ${principal} can name you one again, for a time.`,
      );
    }
    return link;
  }
}

/** What one may do by a link: cast the one vote that it was made for. */
function ofLink(
  me: ApprovalDetails['me'],
  { person, on_behalf_of }: AnswerLinkRow,
): ApprovalDetails['me'] {
  const whose = on_behalf_of ?? person;
  const mayVote = me.voteAs.includes(whose);
  return {
    ...me,
    mayVote,
    voteAs: mayVote ? [whose] : [],
    reason: mayVote
      ? undefined
      : (me.reason ??
        `The vote of ${whose} is not yours to cast here any more. Open the request to see what you may do.`),
  };
}

function usedUp(): ConflictError {
  return new ConflictError(
    'This link was used already. Open the approval from Home to see how it stands.',
  );
}
