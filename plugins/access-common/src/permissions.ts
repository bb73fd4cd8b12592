import { createPermission } from '@backstage/plugin-permission-common';

/**
 * To ask what one may do oneself, and why.
 * @public
 */
export const accessSelfReadPermission = createPermission({
  name: 'access.self.read',
  attributes: { action: 'read' },
});

/**
 * To ask what others may do, and who may do what.
 * @public
 */
export const accessPeopleReadPermission = createPermission({
  name: 'access.people.read',
  attributes: { action: 'read' },
});

/**
 * To see what a person or a group owns, holds and decides, so that it can be handed on.
 * @public
 */
export const accessHandoverReadPermission = createPermission({
  name: 'access.handover.read',
  attributes: { action: 'read' },
});

/**
 * All permissions of access.
 * @public
 */
export const accessPermissions = [
  accessSelfReadPermission,
  accessPeopleReadPermission,
  accessHandoverReadPermission,
];
