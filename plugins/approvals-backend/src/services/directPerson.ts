import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type { UserCredentials } from '@slipway/backend-utils';

/**
 * Whether somebody is a person who speaks in person. A service is not, and neither is what acts on
 * a person's behalf: another plugin, an action that an agent or a template invoked. This is the
 * one place that says who may decide; an agent's token, which names agent and person, is refused
 * here as well.
 */
export function isDirectPerson(
  auth: AuthService,
  credentials: BackstageCredentials,
): credentials is UserCredentials {
  return auth.isPrincipal(credentials, 'user') && !credentials.principal.actor;
}

/** @throws NotAllowedError unless {@link isDirectPerson} */
export function assertDirectPerson(
  auth: AuthService,
  credentials: BackstageCredentials,
): asserts credentials is UserCredentials {
  if (!isDirectPerson(auth, credentials)) {
    throw new NotAllowedError(
      'Only people decide, with a session of their own. A service, an agent or a template does not; open the approval in the portal.',
    );
  }
}
