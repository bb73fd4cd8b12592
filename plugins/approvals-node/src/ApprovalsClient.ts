import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
} from '@backstage/backend-plugin-api';
import { InputError, ResponseError } from '@backstage/errors';
import {
  approvalOutcomesPageSchema,
  approvalSchema,
  approvalStatusSchema,
  type Approval,
  type ApprovalOutcome,
  type ApprovalStatus,
  type ApprovalSubject,
} from '@slipway/plugin-approvals-common';
import type { ApprovalsService } from './approvalsService';

/** An answer that takes longer is not waited for. */
const TIMEOUT_MS = 30_000;
const PAGE = 100;

interface ApprovalsClientOptions {
  auth: AuthService;
  discovery: DiscoveryService;
}

/**
 * {@link ApprovalsService} over HTTP.
 * @public
 */
export class ApprovalsClient implements ApprovalsService {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;

  static create(options: ApprovalsClientOptions): ApprovalsClient {
    return new ApprovalsClient(options);
  }

  private constructor(options: ApprovalsClientOptions) {
    this.#auth = options.auth;
    this.#discovery = options.discovery;
  }

  async request(
    request: Parameters<ApprovalsService['request']>[0],
    options: { credentials?: BackstageCredentials; idempotencyKey: string },
  ): Promise<Approval> {
    const { credentials, idempotencyKey } = options;
    const requester =
      request.requester ??
      (credentials && this.#auth.isPrincipal(credentials, 'user')
        ? credentials.principal.userEntityRef
        : undefined);
    if (!requester) {
      throw new InputError(
        'requester is missing. Name the person who asks, or pass their credentials.',
      );
    }
    const response = await this.#fetch('/requests', {
      method: 'POST',
      headers: { 'idempotency-key': idempotencyKey },
      body: JSON.stringify({ ...request, requester }),
    });
    return approvalSchema.parse(await response.json());
  }

  async get(
    subject: ApprovalSubject,
    digest: string,
  ): Promise<Approval | undefined> {
    return (await this.#status(subject, digest)).approval ?? undefined;
  }

  async withdraw(
    subject: ApprovalSubject,
    digest: string,
    options: { reason?: string; actor?: string } = {},
  ): Promise<Approval | undefined> {
    const response = await this.#fetch('/requests/withdraw', {
      method: 'POST',
      body: JSON.stringify({ subject, digest, ...options }),
    });
    const { approval } = approvalStatusSchema.parse(await response.json());
    return approval ?? undefined;
  }

  async isApproved(subject: ApprovalSubject, digest: string): Promise<boolean> {
    return (await this.#status(subject, digest)).approved;
  }

  async consumeOutcomes(
    consumer: string,
    handler: (outcome: ApprovalOutcome) => Promise<void>,
  ): Promise<number> {
    let handed = 0;
    for (;;) {
      const query = new URLSearchParams({ consumer, limit: `${PAGE}` });
      const response = await this.#fetch(`/outcomes?${query}`);
      const page = approvalOutcomesPageSchema.parse(await response.json());
      if (page.position === undefined) return handed;
      for (const outcome of page.items) {
        await handler(outcome);
        handed += 1;
      }
      await this.#fetch('/outcomes/acknowledge', {
        method: 'POST',
        body: JSON.stringify({ consumer, position: page.position }),
      });
    }
  }

  async #status(
    { kind, id }: ApprovalSubject,
    digest: string,
  ): Promise<ApprovalStatus> {
    const query = new URLSearchParams({ kind, id, digest });
    const response = await this.#fetch(`/requests/status?${query}`);
    return approvalStatusSchema.parse(await response.json());
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const [base, { token }] = await Promise.all([
      this.#discovery.getBaseUrl('approvals'),
      this.#auth.getPluginRequestToken({
        onBehalfOf: await this.#auth.getOwnServiceCredentials(),
        targetPluginId: 'approvals',
      }),
    ]);
    const response = await fetch(`${base}${path}`, {
      ...init,
      headers: {
        'content-type': 'application/json',
        ...init.headers,
        authorization: `Bearer ${token}`,
      },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}
