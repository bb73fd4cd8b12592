import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type { UserCredentials } from './UserCredentials';

/**
 * Whether somebody is a person who speaks in person. A service is not, and neither is what acts on
 * a person's behalf: another plugin, an action that an agent or a template invoked. Their
 * credentials name both, the person and who acts for them.
 * @public
 */
export function isDirectPerson(
  auth: AuthService,
  credentials: BackstageCredentials,
): credentials is UserCredentials {
  return auth.isPrincipal(credentials, 'user') && !credentials.principal.actor;
}

/**
 * Refuses who is no {@link isDirectPerson}: for what only people may do, such as to decide, to see a password or to destroy.
 *
 * @param refusal - what only people do, and where, for example "Only people decide. Open the approval in the portal."
 * @throws NotAllowedError with the refusal
 * @public
 */
export function assertDirectPerson(
  auth: AuthService,
  credentials: BackstageCredentials,
  refusal: string,
): asserts credentials is UserCredentials {
  if (!isDirectPerson(auth, credentials)) {
    throw new NotAllowedError(refusal);
  }
}
