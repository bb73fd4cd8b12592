import {
  AuthorizeResult,
  type Permission,
  type PermissionCondition,
} from '@backstage/plugin-permission-common';

/**
 * Who may use a permission, beside administrators, who may use them all.
 *
 * - `everyone`: whoever is signed in.
 * - `owners`: members of the group that owns the thing, or the person who owns it.
 * - `creator`: the person who made the thing.
 * - `administrators`: nobody else.
 */
export type Audience = 'everyone' | 'owners' | 'creator' | 'administrators';

/**
 * Every permission that is decided by its name. What is missing here is decided by
 * {@link audienceOf}.
 */
export const AUDIENCES: Readonly<Record<string, Audience>> = {
  'catalog.entity.create': 'everyone',
  'catalog.entity.validate': 'everyone',
  'catalog.location.create': 'everyone',
  'catalog.location.analyze': 'everyone',
  // It cannot depend on the location. Owners of all that is in one go by a route of our catalog module.
  'catalog.location.delete': 'administrators',
  'catalog.entity.refresh': 'owners',
  'catalog.entity.delete': 'owners',
  // Errors of what is not in the catalog yet may quote what its owners have not published.
  'catalog.entities.unprocessed.read': 'administrators',
  'catalog.ingestion.read': 'administrators',

  'scaffolder.task.create': 'everyone',
  'scaffolder.action.execute': 'everyone',
  'scaffolder.task.read': 'creator',
  'scaffolder.task.cancel': 'creator',

  // The databases plugin itself looks up whether one belongs to the owner one orders for.
  'databases.database.create': 'everyone',
  'databases.database.create-for-others': 'administrators',
  'databases.database.update': 'owners',
  'databases.database.delete': 'owners',
  'databases.database.credentials.create': 'owners',
  // Holds up everybody's work at once.
  'databases.provider.pause': 'administrators',

  // Says what everybody did, and from where.
  'audit.event.read': 'administrators',

  // Owners here are those who ask, those who own the thing, and those who decide.
  'approvals.request.read': 'owners',
  // Who decides is looked up by the approvals plugin: not even administrators vote where they are no deciders.
  'approvals.request.decide': 'everyone',
  'approvals.request.withdraw': 'creator',
  // Services ask, never people.
  'approvals.request.create': 'administrators',
  'approvals.deputy.create': 'everyone',
  'approvals.deputy.manage': 'administrators',
};

/**
 * Who may use a permission. One that is not listed is for everyone who is signed in when it reads, and refused otherwise.
 */
export function audienceOf({ name, attributes }: Permission): Audience {
  return (
    AUDIENCES[name] ??
    (attributes.action === 'read' ? 'everyone' : 'administrators')
  );
}

/** The rule of a plugin that decides whether a person owns or made a resource. */
type ResourceRule = {
  pluginId: string;
  condition(identity: {
    userEntityRef: string;
    ownershipEntityRefs: string[];
  }): PermissionCondition;
};

/**
 * The rules that the plugins offer, by audience and resource type. They are named here rather
 * than imported, because a backend plugin never imports another; a test runs them against the
 * real plugins.
 */
const RESOURCE_RULES: Readonly<
  Record<'owners' | 'creator', Readonly<Record<string, ResourceRule>>>
> = {
  owners: {
    'catalog-entity': {
      pluginId: 'catalog',
      condition: ({ ownershipEntityRefs }) => ({
        rule: 'IS_ENTITY_OWNER',
        resourceType: 'catalog-entity',
        params: { claims: ownershipEntityRefs },
      }),
    },
    database: {
      pluginId: 'databases',
      condition: ({ ownershipEntityRefs }) => ({
        rule: 'IS_DATABASE_OWNER',
        resourceType: 'database',
        params: { owners: ownershipEntityRefs },
      }),
    },
    approval: {
      pluginId: 'approvals',
      condition: ({ ownershipEntityRefs }) => ({
        rule: 'IS_APPROVAL_PARTY',
        resourceType: 'approval',
        params: { parties: ownershipEntityRefs },
      }),
    },
  },
  creator: {
    'scaffolder-task': {
      pluginId: 'scaffolder',
      condition: ({ userEntityRef }) => ({
        rule: 'IS_TASK_OWNER',
        resourceType: 'scaffolder-task',
        params: { createdBy: [userEntityRef] },
      }),
    },
    approval: {
      pluginId: 'approvals',
      condition: ({ userEntityRef }) => ({
        rule: 'IS_APPROVAL_REQUESTER',
        resourceType: 'approval',
        params: { requesters: [userEntityRef] },
      }),
    },
  },
};

/**
 * The decision that leaves it to the plugin to compare the person with the resource. Refuses when
 * no plugin offers such a rule for the resource type.
 */
export function conditionalOn(
  audience: 'owners' | 'creator',
  resourceType: string,
  identity: { userEntityRef: string; ownershipEntityRefs: string[] },
) {
  const rule = RESOURCE_RULES[audience][resourceType];
  if (!rule) {
    return { result: AuthorizeResult.DENY } as const;
  }
  return {
    result: AuthorizeResult.CONDITIONAL,
    pluginId: rule.pluginId,
    resourceType,
    conditions: rule.condition(identity),
  } as const;
}
