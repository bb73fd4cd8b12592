import {
  createConditionTransformer,
  createPermissionResourceRef,
  createPermissionRule,
  type ConditionTransformer,
} from '@backstage/plugin-permission-node';
import { RESOURCE_TYPE_APPROVAL } from '@slipway/plugin-approvals-common';
import { z } from 'zod/v3';
import type { RequestFilter } from '../database/filters';
import type { RequestRecord } from '../database/rows';

/** Approvals in the permission framework; a resource's ref is the approval's id. */
export const approvalResourceRef = createPermissionResourceRef<
  RequestRecord,
  RequestFilter
>().with({ pluginId: 'approvals', resourceType: RESOURCE_TYPE_APPROVAL });

/** Allows those who ask, those who own the thing, and those who decide. */
export const isApprovalParty = createPermissionRule({
  name: 'IS_APPROVAL_PARTY',
  description:
    'Allow approvals that one of these users and groups asked for, owns the thing of, or decides',
  resourceRef: approvalResourceRef,
  paramsSchema: z.object({
    parties: z.array(z.string()).describe('Entity refs, in lower case'),
  }),
  apply: (request, { parties }) =>
    parties.includes(request.requester) ||
    parties.includes(request.owner) ||
    request.rule.some(part => part.groups.some(g => parties.includes(g))),
  toQuery: ({ parties }) => ({ parties }),
});

/** Allows those who ask. */
export const isApprovalRequester = createPermissionRule({
  name: 'IS_APPROVAL_REQUESTER',
  description: 'Allow approvals that one of these users asked for',
  resourceRef: approvalResourceRef,
  paramsSchema: z.object({
    requesters: z.array(z.string()).describe('Entity refs, in lower case'),
  }),
  apply: (request, { requesters }) => requesters.includes(request.requester),
  toQuery: ({ requesters }) => ({ requesters }),
});

export const approvalRules = [isApprovalParty, isApprovalRequester];

/** Turns a conditional decision into what a query understands. */
export const toCriteria: ConditionTransformer<RequestFilter> =
  createConditionTransformer(approvalRules);
