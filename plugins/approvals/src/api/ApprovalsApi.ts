import { createApiRef } from '@backstage/frontend-plugin-api';
import type {
  AnswerLink,
  ApprovalAnswer,
  ApprovalDetails,
  ApprovalEventsPage,
  ApprovalsPage,
  ApprovalView,
  DeputiesPage,
  Deputy,
} from '@slipway/plugin-approvals-common';

/**
 * The approvals service. All methods throw a `ResponseError` when the service refuses; it names
 * the field and the way out.
 *
 * @public
 */
export interface ApprovalsApi {
  list(query?: {
    view?: ApprovalView;
    offset?: number;
    limit?: number;
  }): Promise<ApprovalsPage>;
  get(id: string): Promise<ApprovalDetails>;
  /** The timeline, oldest first. */
  getEvents(id: string, cursor?: string): Promise<ApprovalEventsPage>;
  vote(
    id: string,
    vote: { answer: ApprovalAnswer; reason?: string; onBehalfOf?: string },
  ): Promise<ApprovalDetails>;
  takeVoteBack(id: string, onBehalfOf?: string): Promise<ApprovalDetails>;
  withdraw(id: string, reason?: string): Promise<ApprovalDetails>;
  /** What a link in a mail is about. */
  openAnswerLink(token: string): Promise<AnswerLink>;
  useAnswerLink(token: string, reason?: string): Promise<ApprovalDetails>;
  /** One's own, those that have not ended first; at most a page. */
  listDeputies(): Promise<DeputiesPage>;
  /** @param key - the same for each attempt of the same appointment */
  appointDeputy(
    deputy: { deputy: string; from: string; until: string; reason?: string },
    key: string,
  ): Promise<Deputy>;
  endDeputy(id: string): Promise<void>;
}

/** @public */
export const approvalsApiRef = createApiRef<ApprovalsApi>().with({
  id: 'plugin.approvals.client',
  pluginId: 'approvals',
});
