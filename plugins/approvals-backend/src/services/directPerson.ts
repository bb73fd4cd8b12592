import type {
  AuthService,
  BackstageCredentials,
} from '@backstage/backend-plugin-api';
import {
  assertDirectPerson as assertPerson,
  type UserCredentials,
} from '@slipway/backend-utils';

/**
 * The one place that says who may decide: a person with a session of their own.
 *
 * @throws NotAllowedError unless somebody speaks in person
 */
export function assertDirectPerson(
  auth: AuthService,
  credentials: BackstageCredentials,
): asserts credentials is UserCredentials {
  assertPerson(
    auth,
    credentials,
    'Only people decide, with a session of their own. A service, an agent or a template does not; open the approval in the portal.',
  );
}
