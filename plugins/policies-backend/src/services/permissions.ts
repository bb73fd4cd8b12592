import {
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import { RESOURCE_TYPE_WAIVER } from '@slipway/plugin-policies-common';
import { z } from 'zod/v3';
import type { WaiverRecord } from '../database/waivers';

/** Waivers in the permission framework; a resource's ref is the waiver's id. */
export const waiverResourceRef = createPermissionResourceRef<
  WaiverRecord,
  never
>().with({ pluginId: 'policies', resourceType: RESOURCE_TYPE_WAIVER });

/** Allows members of the group that a waiver is for. */
export const isWaiverOwner = createPermissionRule({
  name: 'IS_WAIVER_OWNER',
  description: 'Allow waivers of one of these groups',
  resourceRef: waiverResourceRef,
  paramsSchema: z.object({
    owners: z.array(z.string()).describe('Entity refs, in lower case'),
  }),
  apply: (waiver, { owners }) => owners.includes(waiver.owner),
  toQuery: (): never => {
    throw new Error('Everybody sees waivers: no list is narrowed by it');
  },
});

/** Allows those who asked. */
export const isWaiverRequester = createPermissionRule({
  name: 'IS_WAIVER_REQUESTER',
  description: 'Allow waivers that one of these users asked for',
  resourceRef: waiverResourceRef,
  paramsSchema: z.object({
    requesters: z.array(z.string()).describe('Entity refs, in lower case'),
  }),
  apply: (waiver, { requesters }) => requesters.includes(waiver.requester),
  toQuery: (): never => {
    throw new Error('Everybody sees waivers: no list is narrowed by it');
  },
});

export const waiverRules = [isWaiverOwner, isWaiverRequester];
