import type {
  BackstageCredentials,
  BackstageUserPrincipal,
} from '@backstage/backend-plugin-api';

/**
 * A person who is signed in.
 * @public
 */
export type UserCredentials = BackstageCredentials<BackstageUserPrincipal>;
