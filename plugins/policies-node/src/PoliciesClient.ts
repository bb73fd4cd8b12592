import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import {
  InputError,
  ResponseError,
  ServiceUnavailableError,
} from '@backstage/errors';
import {
  policyAnswerSchema,
  policyVersionSchema,
  type PolicyAnswer,
  type PolicyRequest,
} from '@slipway/plugin-policies-common';
import type { AskOptions, PoliciesService } from './policiesService';
import { PolicyRefusedError } from './PolicyRefusedError';

/** An answer that takes longer is not waited for. */
const TIMEOUT_MS = 10_000;

/** For people: what it means, that nobody has to mend it, and whom to ask if it lasts. */
const AWAY =
  'Nothing is allowed now: the policies, which are asked first, do not answer. This ends by itself once they do; try again in a minute. Ask the platform team if it lasts.';
/** What Backstage itself answers for a plugin that starts or ends. */
const NOT_OF_POLICIES = /^Service (has not started|is shutting)/;

interface PoliciesClientOptions {
  auth: AuthService;
  discovery: DiscoveryService;
  userInfo: UserInfoService;
}

/**
 * {@link PoliciesService} over HTTP.
 * @public
 */
export class PoliciesClient implements PoliciesService {
  readonly #auth: AuthService;
  readonly #discovery: DiscoveryService;
  readonly #userInfo: UserInfoService;

  static create(options: PoliciesClientOptions): PoliciesClient {
    return new PoliciesClient(options);
  }

  private constructor(options: PoliciesClientOptions) {
    this.#auth = options.auth;
    this.#discovery = options.discovery;
    this.#userInfo = options.userInfo;
  }

  async evaluate(
    request: PolicyRequest,
    options: AskOptions = {},
  ): Promise<PolicyAnswer> {
    const { credentials, asPerson } = options;
    const body = JSON.stringify({
      ...request,
      ...(!asPerson && (await this.#asker(request, options))),
    });
    return policyAnswerSchema.parse(
      await this.#fetch(
        '/evaluate',
        { method: 'POST', body },
        asPerson ? credentials : undefined,
      ),
    );
  }

  async enforce(
    request: PolicyRequest,
    options: AskOptions = {},
  ): Promise<PolicyAnswer> {
    const answer = await this.evaluate(request, options);
    if (!answer.allowed) {
      throw new PolicyRefusedError(answer.findings);
    }
    return answer;
  }

  async version() {
    return policyVersionSchema.parse(await this.#fetch('/version'));
  }

  async #asker(request: PolicyRequest, { credentials }: AskOptions) {
    if (
      request.user ||
      !credentials ||
      !this.#auth.isPrincipal(credentials, 'user')
    ) {
      return {};
    }
    const { userEntityRef: ref, actor } = credentials.principal;
    const { ownershipEntityRefs } =
      await this.#userInfo.getUserInfo(credentials);
    return {
      user: { ref, groups: ownershipEntityRefs.filter(each => each !== ref) },
      ...(actor && { agent: actor.subject }),
    };
  }

  /**
   * Fails closed: whatever keeps an answer away is a refusal.
   *
   * @throws InputError for what can never be judged; ServiceUnavailableError for what cannot be now
   */
  async #fetch(
    path: string,
    init: RequestInit = {},
    onBehalfOf?: BackstageCredentials,
  ): Promise<unknown> {
    const [base, { token }] = await Promise.all([
      this.#discovery.getBaseUrl('policies'),
      this.#auth.getPluginRequestToken({
        onBehalfOf: onBehalfOf ?? (await this.#auth.getOwnServiceCredentials()),
        targetPluginId: 'policies',
      }),
    ]);
    try {
      const response = await fetch(`${base}${path}`, {
        ...init,
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) {
        throw await ResponseError.fromResponse(response);
      }
      return await response.json();
    } catch (error) {
      const refusal = error instanceof ResponseError ? error.cause : undefined;
      if (error instanceof ResponseError && error.statusCode === 413) {
        throw new InputError(
          'This is bigger than what policies judge, 16 MB as JSON with what was there before, and nothing is done without them. Leave something out.',
        );
      }
      if (error instanceof ResponseError && error.statusCode === 400) {
        // It would be the same in a minute.
        throw new InputError(
          `Policies cannot judge this, and nothing is done without them: ${refusal?.message}`,
        );
      }
      throw unavailable(
        refusal?.name === 'ServiceUnavailableError' &&
          !NOT_OF_POLICIES.test(refusal.message)
          ? refusal.message
          : AWAY,
        error,
      );
    }
  }
}

/** An error whose cause is for the log only: an error of Backstage says its cause in its message, which people read. */
function unavailable(message: string, cause: unknown): Error {
  const error = new ServiceUnavailableError(message);
  Object.defineProperty(error, 'cause', { value: cause, enumerable: false });
  return error;
}
