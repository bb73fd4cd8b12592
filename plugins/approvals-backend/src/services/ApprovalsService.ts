import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { isDirectPerson, type UserCredentials } from '@slipway/backend-utils';
import type { DurableResources } from '@slipway/operations';
import {
  approvalDecidePermission,
  approvalWithdrawPermission,
  countApprovals,
  whyNotVote,
  type ApprovalDetails,
  type ApprovalEventsPage,
  type ApprovalsPage,
  type ApprovalView,
} from '@slipway/plugin-approvals-common';
import type { Knex } from 'knex';
import { getRequest, listRequests } from '../database/readRequests';
import type { RequestRecord } from '../database/rows';
import type { Access } from './Access';
import type { People } from './People';
import { toApproval, toApprovalEvent, toCountable } from './presentation';

const EVENTS_PAGE = 200;

/** What the services share. */
export interface ServiceDeps {
  access: Access;
  auth: AuthService;
  knex: Knex;
  people: People;
  resources: DurableResources;
}

/** Shows approvals to people, each as far as they may see them. */
export class ApprovalsService {
  readonly #deps: ServiceDeps;

  static create(deps: ServiceDeps): ApprovalsService {
    return new ApprovalsService(deps);
  }

  private constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  async list(
    query: {
      view?: ApprovalView;
      party?: string;
      offset: number;
      limit: number;
    },
    credentials: UserCredentials,
  ): Promise<ApprovalsPage> {
    const { access, knex } = this.#deps;
    const user = credentials.principal.userEntityRef;
    const [criteria, voices] = await Promise.all([
      access.readable(credentials),
      access.voicesOf(user),
    ]);
    const page = await listRequests(knex, { ...query, user, voices, criteria });
    return {
      items: page.items.map(toApproval),
      totalItems: page.totalItems,
    };
  }

  async get(
    id: string,
    credentials: UserCredentials,
  ): Promise<ApprovalDetails> {
    const record = await this.readable(id, credentials);
    const { access, people } = this.#deps;
    const user = credentials.principal.userEntityRef;
    const [voices, mayWithdraw] = await Promise.all([
      access.voicesOf(user),
      access.may(credentials, approvalWithdrawPermission, record),
    ]);
    const votes = toCountable(record);
    const memberships = await people.groupsOf([
      user,
      ...voices.map(({ person }) => person),
      ...votes.flatMap(({ person, castBy }) => [person, castBy]),
    ]);
    const decidable = toDecidable(record);
    const whyNot = (person: string) =>
      whyNotVote(decidable, { person, castBy: user }, memberships);
    const voteAs = voices
      .map(({ person }) => person)
      .filter(person => !whyNot(person));
    const reason = await this.#whyNotNow(record, credentials);
    return {
      ...toApproval(record),
      approvals: countApprovals(decidable, votes, memberships),
      me: {
        voteAs: reason ? [] : voteAs,
        mayVote: !reason && voteAs.length > 0,
        reason: reason ?? (voteAs.length ? undefined : whyNot(user)),
        mayWithdraw: record.state === 'pending' && mayWithdraw,
      },
    };
  }

  async events(
    id: string,
    cursor: string | undefined,
    credentials: UserCredentials,
  ): Promise<ApprovalEventsPage> {
    await this.readable(id, credentials);
    const events = await this.#deps.resources.listEvents({
      resourceId: id,
      after: cursor,
      limit: EVENTS_PAGE,
    });
    return {
      items: events.map(toApprovalEvent),
      nextCursor: events.length === EVENTS_PAGE ? events.at(-1)?.id : undefined,
    };
  }

  /** The request with this id. What one may not see is not there. */
  async readable(
    id: string,
    credentials: UserCredentials,
  ): Promise<RequestRecord> {
    const record = await getRequest(this.#deps.knex, id);
    await this.#deps.access.assertReads(credentials, record);
    return record;
  }

  /** Why nobody, or not with these credentials, can vote. */
  async #whyNotNow(
    record: RequestRecord,
    credentials: BackstageCredentials,
  ): Promise<string | undefined> {
    const { access, auth } = this.#deps;
    if (record.state !== 'pending') {
      return `It is ${record.state} already, which never changes.`;
    }
    if (record.expires_at.getTime() <= Date.now()) {
      return 'Its time is over.';
    }
    return isDirectPerson(auth, credentials) &&
      (await access.holds(credentials, approvalDecidePermission))
      ? undefined
      : 'You may not decide about requests.';
  }
}

/** What has to be known of a request to decide it. */
export function toDecidable({ rule, requester, excluded }: RequestRecord) {
  return { rule, requester, excluded };
}
