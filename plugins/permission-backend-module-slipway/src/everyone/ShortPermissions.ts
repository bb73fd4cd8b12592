import type {
  AuthService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import { ResponseError, ServiceUnavailableError } from '@backstage/errors';
import {
  AuthorizeResult,
  type DefinitivePolicyDecision,
  type Permission,
} from '@backstage/plugin-permission-common';
import type { OpenPermissions } from './openPermissions';

type Options = Parameters<PermissionsService['authorize']>[1];

const ALLOW: DefinitivePolicyDecision = { result: AuthorizeResult.ALLOW };

interface ShortPermissionsDeps {
  auth: AuthService;
  open: OpenPermissions;
  /** Asks the permission plugin. */
  permissions: PermissionsService;
}

/**
 * Answers at once what the policy lets everyone read who is signed in, and asks the permission plugin for all else.
 *
 * @remarks
 *
 * Upstream's client asks over HTTP for each read, and the permission plugin asks the auth plugin over HTTP who the person is,
 * to be told each time that everyone may read. Only the caller's kind matters here: credentials of a person have been verified
 * when the request came in. A batch that holds anything else is asked as a whole.
 *
 * @internal
 */
export class ShortPermissions implements PermissionsService {
  readonly #deps: ShortPermissionsDeps;

  static create(deps: ShortPermissionsDeps): ShortPermissions {
    return new ShortPermissions(deps);
  }

  private constructor(deps: ShortPermissionsDeps) {
    this.#deps = deps;
  }

  async authorize(
    ...[requests, options]: Parameters<PermissionsService['authorize']>
  ) {
    return this.#isOpen(requests, options)
      ? requests.map(() => ALLOW)
      : inItsWords(this.#deps.permissions.authorize(requests, options));
  }

  async authorizeConditional(
    ...[queries, options]: Parameters<
      PermissionsService['authorizeConditional']
    >
  ) {
    return this.#isOpen(queries, options)
      ? queries.map(() => ALLOW)
      : inItsWords(
          this.#deps.permissions.authorizeConditional(queries, options),
        );
  }

  #isOpen(asked: Array<{ permission: Permission }>, options: Options): boolean {
    const { auth, open } = this.#deps;
    return (
      auth.isPrincipal(options.credentials, 'user') &&
      asked.every(({ permission }) => open.has(permission))
    );
  }
}

/** What the permission plugin says while it cannot know: upstream's client keeps the sentence to itself. */
async function inItsWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ResponseError && error.statusCode === 503) {
      throw new ServiceUnavailableError(error.cause.message, error);
    }
    throw error;
  }
}
