import {
  coreServices,
  createServiceFactory,
  createServiceRef,
  type BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type {
  Approval,
  ApprovalOutcome,
  ApprovalRequestInput,
  ApprovalSubject,
} from '@slipway/plugin-approvals-common';
import { ApprovalsClient } from './ApprovalsClient';

/**
 * Asks people to decide, for the plugin that it was given to. All methods throw a `ResponseError`
 * when approvals refuse; its cause names the field and the way out.
 * @public
 */
export interface ApprovalsService {
  /**
   * Asks. Open or approved requests that ask for the very same are the answer; others for the same
   * subject are superseded, with their votes.
   *
   * @param request - `requester` may be left out when the credentials are a person's
   * @param options - `credentials`: of whom it is for, where `requester` does not say; `idempotencyKey`: the same for each attempt
   */
  request(
    request: Omit<ApprovalRequestInput, 'requester'> & { requester?: string },
    options: { credentials?: BackstageCredentials; idempotencyKey: string },
  ): Promise<Approval>;
  /** The newest request for a subject with this digest. */
  get(subject: ApprovalSubject, digest: string): Promise<Approval | undefined>;
  /**
   * Calls a request off. What has ended is left as it is.
   *
   * @param options - `actor`: the person for whom it is done, who is not told of it
   */
  withdraw(
    subject: ApprovalSubject,
    digest: string,
    options?: { reason?: string; actor?: string },
  ): Promise<Approval | undefined>;
  /**
   * Whether this digest is approved and nothing newer was asked for the subject. To be asked right
   * before the side effect.
   */
  isApproved(subject: ApprovalSubject, digest: string): Promise<boolean>;
  /**
   * Hands over how requests ended since the consumer was here last, one after the other, and
   * remembers how far it came. At least once: a handler that was interrupted sees an outcome
   * again. Returns how many were handed over; what the handler throws, it throws.
   */
  consumeOutcomes(
    consumer: string,
    handler: (outcome: ApprovalOutcome) => Promise<void>,
  ): Promise<number>;
}

/**
 * The approvals service, by HTTP with the plugin's own credentials.
 * @public
 */
export const approvalsServiceRef = createServiceRef<ApprovalsService>({
  id: 'slipway.approvals',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { auth: coreServices.auth, discovery: coreServices.discovery },
      factory: deps => ApprovalsClient.create(deps),
    }),
});
