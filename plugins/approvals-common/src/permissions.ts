import { createPermission } from '@backstage/plugin-permission-common';

/**
 * The resource type of approvals in the permission framework. A resource's ref is the approval's
 * id.
 * @public
 */
export const RESOURCE_TYPE_APPROVAL = 'approval';

/**
 * To see a request for approval, its votes and its timeline. A deputy sees what the person sees.
 * @public
 */
export const approvalReadPermission = createPermission({
  name: 'approvals.request.read',
  attributes: { action: 'read' },
  resourceType: RESOURCE_TYPE_APPROVAL,
});

/**
 * To vote at all. Whether one may vote on a given request is decided by the service, which looks
 * the membership of the deciding groups up: no policy can make somebody a decider.
 * @public
 */
export const approvalDecidePermission = createPermission({
  name: 'approvals.request.decide',
  attributes: { action: 'update' },
});

/**
 * To withdraw a request for approval.
 * @public
 */
export const approvalWithdrawPermission = createPermission({
  name: 'approvals.request.withdraw',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_APPROVAL,
});

/**
 * For services: to ask for approvals, to withdraw them and to read their outcomes.
 * @public
 */
export const approvalRequestCreatePermission = createPermission({
  name: 'approvals.request.create',
  attributes: { action: 'create' },
});

/**
 * To name a deputy for oneself.
 * @public
 */
export const deputyCreatePermission = createPermission({
  name: 'approvals.deputy.create',
  attributes: { action: 'create' },
});

/**
 * To see one's own deputies and those whose deputy one is.
 * @public
 */
export const deputyReadPermission = createPermission({
  name: 'approvals.deputy.read',
  attributes: { action: 'read' },
});

/**
 * To end an appointment that one has made or that one has been given.
 * @public
 */
export const deputyEndPermission = createPermission({
  name: 'approvals.deputy.end',
  attributes: { action: 'delete' },
});

/**
 * To see everybody's deputies and to end their appointments.
 * @public
 */
export const deputyManagePermission = createPermission({
  name: 'approvals.deputy.manage',
  attributes: { action: 'update' },
});

/**
 * All permissions of approvals.
 * @public
 */
export const approvalPermissions = [
  approvalReadPermission,
  approvalDecidePermission,
  approvalWithdrawPermission,
  approvalRequestCreatePermission,
  deputyReadPermission,
  deputyCreatePermission,
  deputyEndPermission,
  deputyManagePermission,
];
