import {
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import type { Permission } from '@backstage/plugin-permission-common';

/**
 * Which permissions the installed policy gives to everyone who is signed in, whoever it is, and without a look at the catalog.
 *
 * @internal
 */
export interface OpenPermissions {
  /** Says how to tell; the policy does so when it has been installed. */
  set(isOpen: (permission: Permission) => boolean): void;
  /** False while no policy has said anything. */
  has(permission: Permission): boolean;
}

/**
 * What the policy and the plugins that ask it share in one process. A backend with another policy than ours never sets it, and
 * then every question goes to that policy.
 *
 * @internal
 */
export const openPermissionsServiceRef = createServiceRef<OpenPermissions>({
  id: 'slipway.open-permissions',
  scope: 'root',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: {},
      factory: createOpenPermissions,
    }),
});

/** @internal */
export function createOpenPermissions(): OpenPermissions {
  let isOpen: (permission: Permission) => boolean = () => false;
  return {
    set: decide => {
      isOpen = decide;
    },
    has: permission => isOpen(permission),
  };
}
