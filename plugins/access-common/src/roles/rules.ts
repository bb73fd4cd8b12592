import type {
  Permission,
  PermissionCondition,
} from '@backstage/plugin-permission-common';

/**
 * Who may use a permission, beside administrators, who may use all but those of services.
 *
 * - `everyone`: whoever is signed in.
 * - `owners`: members of the group that owns the thing, or the person who owns it.
 * - `creator`: the person who made the thing.
 * - `administrators`: nobody else, roles of the configuration excepted.
 * - `services`: plugins and programs that act for themselves. No person, whatever their role: services never come to the roles.
 *
 * @public
 */
export type Audience =
  'everyone' | 'owners' | 'creator' | 'administrators' | 'services';

/**
 * Every permission that is decided by its name. What is missing here is decided by
 * {@link audienceOf}.
 *
 * @public
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
  'databases.database.backup': 'owners',
  'databases.database.restore': 'owners',
  'databases.database.delete': 'owners',
  'databases.database.hand-on': 'owners',
  'databases.database.credentials.create': 'owners',
  'databases.database.credentials.retire': 'owners',
  // Names what teams have on a server past the platform.
  'databases.database.import': 'administrators',
  // Holds up everybody's work at once.
  'databases.provider.pause': 'administrators',

  'policies.policy.read': 'everyone',
  'policies.request.evaluate': 'everyone',
  'policies.violation.read': 'everyone',
  'policies.sweep.create': 'administrators',
  'policies.waiver.read': 'everyone',
  // The policies plugin itself looks up whether one belongs to the owner one asks for.
  'policies.waiver.create': 'everyone',
  'policies.waiver.withdraw': 'creator',
  'policies.waiver.end': 'owners',

  // What others may do, own and hold.
  'access.people.read': 'administrators',
  'access.handover.read': 'administrators',

  // Says what everybody did, and from where.
  'audit.event.read': 'administrators',

  // Owners here are those who ask, those who own the thing, and those who decide.
  'approvals.request.read': 'owners',
  // Who decides is looked up by the approvals plugin: not even administrators vote where they are no deciders.
  'approvals.request.decide': 'everyone',
  'approvals.request.withdraw': 'creator',
  'approvals.request.create': 'services',
  'approvals.deputy.create': 'everyone',
  'approvals.deputy.end': 'everyone',
  'approvals.deputy.manage': 'administrators',
};

/**
 * Who may use a permission. One that is not listed is for everyone who is signed in when it reads, and refused otherwise.
 *
 * @public
 */
export function audienceOf({ name, attributes }: Permission): Audience {
  return (
    AUDIENCES[name] ??
    (attributes.action === 'read' ? 'everyone' : 'administrators')
  );
}

/**
 * Whether only services use a permission, and no role gives it to a person.
 *
 * @public
 */
export function isForServices(name: string): boolean {
  return AUDIENCES[name] === 'services';
}

/** The rule of a plugin by which a resource is compared with refs or names. */
type ResourceRule = {
  pluginId: string;
  condition(values: string[]): PermissionCondition;
};

/**
 * The rules that the plugins offer, by what they compare and by resource type. They are named here rather
 * than imported, because a backend plugin never imports another; a test runs them against the
 * real plugins.
 */
const RESOURCE_RULES: Readonly<
  Record<Comparison, Readonly<Record<string, ResourceRule>>>
> = {
  owner: {
    'catalog-entity': rule('catalog', 'catalog-entity', {
      name: 'IS_ENTITY_OWNER',
      parameter: 'claims',
    }),
    database: rule('databases', 'database', {
      name: 'IS_DATABASE_OWNER',
      parameter: 'owners',
    }),
    approval: rule('approvals', 'approval', {
      name: 'IS_APPROVAL_PARTY',
      parameter: 'parties',
    }),
    'policy-waiver': rule('policies', 'policy-waiver', {
      name: 'IS_WAIVER_OWNER',
      parameter: 'owners',
    }),
  },
  creator: {
    'scaffolder-task': rule('scaffolder', 'scaffolder-task', {
      name: 'IS_TASK_OWNER',
      parameter: 'createdBy',
    }),
    approval: rule('approvals', 'approval', {
      name: 'IS_APPROVAL_REQUESTER',
      parameter: 'requesters',
    }),
    'policy-waiver': rule('policies', 'policy-waiver', {
      name: 'IS_WAIVER_REQUESTER',
      parameter: 'requesters',
    }),
  },
  environment: {
    database: rule('databases', 'database', {
      name: 'IS_IN_ENVIRONMENT',
      parameter: 'environments',
    }),
  },
};

/**
 * What of a resource is compared: the group or person that owns it, the person who made it, or the environment it is in.
 *
 * @public
 */
export type Comparison = 'owner' | 'creator' | 'environment';

/**
 * A condition for the plugin that keeps the resource.
 *
 * @public
 */
export interface ResourceCondition {
  pluginId: string;
  resourceType: string;
  condition: PermissionCondition;
}

/**
 * The condition that leaves it to the plugin to compare a resource. Undefined when no plugin offers such a rule for the
 * resource type: then nothing may be given on that ground.
 *
 * @param values - entity refs of owners or of a person, or names of environments; in lower case
 * @public
 */
export function conditionOn(
  comparison: Comparison,
  resourceType: string,
  values: string[],
): ResourceCondition | undefined {
  const found = RESOURCE_RULES[comparison][resourceType];
  return (
    found && {
      pluginId: found.pluginId,
      resourceType,
      condition: found.condition(values),
    }
  );
}

function rule(
  pluginId: string,
  resourceType: string,
  { name, parameter }: { name: string; parameter: string },
): ResourceRule {
  return {
    pluginId,
    condition: values => ({
      rule: name,
      resourceType,
      params: { [parameter]: values },
    }),
  };
}
