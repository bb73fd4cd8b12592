import {
  createConditionTransformer,
  createPermissionResourceRef,
  createPermissionRule,
} from '@backstage/plugin-permission-node';
import type { ConditionTransformer } from '@backstage/plugin-permission-node';
import { RESOURCE_TYPE_DATABASE } from '@slipway/plugin-databases-common';
import { z } from 'zod/v3';
import type { DatabaseFilter } from '../database/filters';
import type { DatabaseRecord } from '../database/rows';

/** Databases in the permission framework; a resource's ref is the database's id. */
export const databaseResourceRef = createPermissionResourceRef<
  DatabaseRecord,
  DatabaseFilter
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

/** Allows what is in one of the given environments. */
export const isInEnvironment = createPermissionRule({
  name: 'IS_IN_ENVIRONMENT',
  description: 'Allow databases that are in one of these environments',
  resourceRef: databaseResourceRef,
  paramsSchema: z.object({
    environments: z.array(z.string()).describe('Names of environments'),
  }),
  apply: (database, { environments }) =>
    environments.includes(database.environment),
  toQuery: ({ environments }) => ({ environments }),
});

export const databaseRules = [isDatabaseOwner, isInEnvironment];

/** Turns a conditional decision into what a query understands. */
export const toCriteria: ConditionTransformer<DatabaseFilter> =
  createConditionTransformer(databaseRules);
