import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import type { PolicyRequest } from '@slipway/plugin-policies-common';
import type { Access } from './Access';

/**
 * A request with the one who asks: a person is who they are, whatever they say, and the time is now. Services say whom they
 * ask for.
 */
export async function toPolicyRequest(
  request: PolicyRequest,
  credentials: BackstageCredentials,
  deps: { auth: AuthService; access: Access },
): Promise<PolicyRequest> {
  if (!deps.auth.isPrincipal(credentials, 'user')) {
    return request;
  }
  const { userEntityRef: ref, actor } = credentials.principal;
  const owned = await deps.access.ownershipOf(credentials);
  return {
    ...request,
    source: request.source ?? 'form',
    time: undefined,
    user: { ref, groups: owned.filter(each => each !== ref) },
    agent: actor?.subject,
  };
}
