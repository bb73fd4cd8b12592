import { createPermission } from '@backstage/plugin-permission-common';

/**
 * The resource type of waivers in the permission framework. A resource's ref is the waiver's id.
 * @public
 */
export const RESOURCE_TYPE_WAIVER = 'policy-waiver';

/**
 * To see the policies in force, and what was wrong when they were read.
 * @public
 */
export const policyReadPermission = createPermission({
  name: 'policies.policy.read',
  attributes: { action: 'read' },
});

/**
 * To ask what the policies say about a request. Nothing happens by asking.
 * @public
 */
export const policyEvaluatePermission = createPermission({
  name: 'policies.request.evaluate',
  attributes: { action: 'read' },
});

/**
 * To see what violates a policy, and the rates.
 * @public
 */
export const violationReadPermission = createPermission({
  name: 'policies.violation.read',
  attributes: { action: 'read' },
});

/**
 * To start a sweep now.
 * @public
 */
export const sweepCreatePermission = createPermission({
  name: 'policies.sweep.create',
  attributes: { action: 'create' },
});

/**
 * To see waivers.
 * @public
 */
export const waiverReadPermission = createPermission({
  name: 'policies.waiver.read',
  attributes: { action: 'read' },
});

/**
 * To ask for a waiver. Whether one belongs to the group that it is for is looked up by the service.
 * @public
 */
export const waiverCreatePermission = createPermission({
  name: 'policies.waiver.create',
  attributes: { action: 'create' },
});

/**
 * To take back a request for a waiver that nobody has decided on.
 * @public
 */
export const waiverWithdrawPermission = createPermission({
  name: 'policies.waiver.withdraw',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_WAIVER,
});

/**
 * To end a waiver before its time.
 * @public
 */
export const waiverEndPermission = createPermission({
  name: 'policies.waiver.end',
  attributes: { action: 'update' },
  resourceType: RESOURCE_TYPE_WAIVER,
});

/**
 * All permissions of policies.
 * @public
 */
export const policyPermissions = [
  policyReadPermission,
  policyEvaluatePermission,
  violationReadPermission,
  sweepCreatePermission,
  waiverReadPermission,
  waiverCreatePermission,
  waiverWithdrawPermission,
  waiverEndPermission,
];
