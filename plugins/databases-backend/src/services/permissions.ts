import {
  createConditionTransformer,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import type { ConditionTransformer } from '@backstage/plugin-permission-node';
import { RESOURCE_TYPE_DATABASE } from '@slipway/plugin-databases-common';
import { z } from 'zod/v3';
import type { OwnedBy } from '../database/filters';
import type { DatabaseRecord } from '../database/rows';

/** Databases in the permission framework; a resource's ref is the database's id. */
export const databaseResourceRef = createPermissionResourceRef<
  DatabaseRecord,
  OwnedBy
>().with({ pluginId: 'databases', resourceType: RESOURCE_TYPE_DATABASE });

/** Allows what is owned by one of the given groups. */
export const isDatabaseOwner = createPermissionRule({
  name: 'IS_DATABASE_OWNER',
  description: 'Allow databases that are owned by one of these groups',
  resourceRef: databaseResourceRef,
  paramsSchema: z.object({
    owners: z.array(z.string()).describe('Entity refs, in lower case'),
  }),
  apply: (database, { owners }) => owners.includes(database.owner),
  toQuery: ({ owners }) => ({ owners }),
});

export const databaseRules = [isDatabaseOwner];

/** Turns a conditional decision into what a query understands. */
export const toCriteria: ConditionTransformer<OwnedBy> =
  createConditionTransformer(databaseRules);
