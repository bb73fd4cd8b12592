import { createPermission } from '@backstage/plugin-permission-common';

/**
 * To read the audit trail, its state, and exports of it. It says what everybody did: for administrators only.
 * @public
 */
export const auditEventReadPermission = createPermission({
  name: 'audit.event.read',
  attributes: { action: 'read' },
});

/**
 * All permissions of the audit trail.
 * @public
 */
export const auditPermissions = [auditEventReadPermission];
