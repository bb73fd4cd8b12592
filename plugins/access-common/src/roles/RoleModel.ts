import {
  isResourcePermission,
  type Permission,
} from '@backstage/plugin-permission-common';
import {
  audienceOf,
  conditionOn,
  isForServices,
  type Comparison,
  type ResourceCondition,
} from './rules';
import type { BuiltInRole, Identity, Role, RolesConfig } from './types';

/**
 * A ground on which somebody may use a permission.
 *
 * @public
 */
export interface Grant {
  /** `administrators`, one that is built in, or the name of a role of the configuration. */
  role: string;
  /** The role of the configuration, if it is one. */
  configured?: Role;
  /** Through which of one's refs one is in the role; missing for roles that everyone is in. */
  via?: string;
  /** All of these have to hold of the resource; none, when the permission is given for everything. */
  conditions: ResourceCondition[];
}

/**
 * Something that a role says and that cannot hold.
 *
 * @public
 */
export interface RoleProblem {
  role: string;
  /** The permission that it is about, when it is about one. */
  permission?: string;
  /** A sentence that names what is wrong, and what to do. */
  message: string;
}

const NOBODY: Identity = { userEntityRef: '', ownershipEntityRefs: [] };

const COMPARED: Record<'owners' | 'creator', Comparison> = {
  owners: 'owner',
  creator: 'creator',
};

/**
 * Who may do what in Slipway, and on which grounds. The policy decides by it, and pages explain by it.
 *
 * @remarks
 *
 * Grounds are added up: one that holds is enough. What nobody thought of is given on no ground. A role that is narrowed to
 * environments or owners gives nothing of what cannot be compared with them.
 *
 * @public
 */
export class RoleModel {
  readonly #config: RolesConfig;
  readonly #administrators: ReadonlySet<string>;

  static create(config: RolesConfig): RoleModel {
    return new RoleModel(config);
  }

  private constructor(config: RolesConfig) {
    this.#config = config;
    this.#administrators = new Set(config.administrators);
  }

  /** Refs of groups and users that may do everything. */
  get administrators(): string[] {
    return this.#config.administrators;
  }

  /** The roles of the configuration, in its order. */
  get roles(): Role[] {
    return this.#config.roles;
  }

  /** Which roles that are built in give a permission, the changes of the configuration counted in. */
  builtInRolesOf(permission: Permission): BuiltInRole[] {
    const audience = audienceOf(permission);
    if (audience === 'services') {
      return [];
    }
    const roles = new Set<BuiltInRole>(
      audience === 'administrators' ? [] : [audience],
    );
    for (const { name, permissions, without } of this.#config.changes) {
      if (permissions.includes(permission.name)) roles.add(name);
      if (without.includes(permission.name)) roles.delete(name);
    }
    return [...roles];
  }

  /** Whether whoever is signed in may use it on everything: then nothing about the person needs to be known. */
  isForEveryone(permission: Permission): boolean {
    return this.builtInRolesOf(permission).includes('everyone');
  }

  /**
   * Whether a token is enough, which is good for an hour and says who somebody was at its beginning: to read what everyone may. For all
   * else the person has to be in the catalog, and their groups are those of now.
   */
  isOpen(permission: Permission): boolean {
    return (
      permission.attributes.action === 'read' && this.isForEveryone(permission)
    );
  }

  /** All grounds on which somebody may use a permission; none means no. */
  grantsOf(permission: Permission, identity: Identity): Grant[] {
    const refs = identity.ownershipEntityRefs;
    const grants: Grant[] = [];
    const administrator =
      !isForServices(permission.name) &&
      refs.find(ref => this.#administrators.has(ref));
    if (administrator) {
      grants.push({
        role: 'administrators',
        via: administrator,
        conditions: [],
      });
    }
    for (const role of this.builtInRolesOf(permission)) {
      const grant = builtInGrant(role, permission, identity);
      if (grant) grants.push(grant);
    }
    for (const role of this.#config.roles) {
      const via = refs.find(ref => role.members.includes(ref));
      const conditions = via && narrowedConditions(role, permission);
      if (conditions) {
        grants.push({ role: role.name, configured: role, via, conditions });
      }
    }
    return grants;
  }

  /**
   * Whether these refs may use a permission on a thing: for those who have looked the groups of a person up afresh, and
   * know the thing.
   */
  holds(
    permission: Permission,
    refs: string[],
    thing: { owner: string; environment: string },
  ): boolean {
    if (isForServices(permission.name)) {
      return false;
    }
    if (refs.some(ref => this.#administrators.has(ref))) {
      return true;
    }
    const builtIn = this.builtInRolesOf(permission);
    if (
      builtIn.includes('everyone') ||
      (builtIn.includes('owners') && refs.includes(thing.owner))
    ) {
      return true;
    }
    return this.#config.roles.some(
      role =>
        role.members.some(member => refs.includes(member)) &&
        narrowedConditions(role, permission) !== undefined &&
        (role.environments?.includes(thing.environment) ?? true) &&
        (role.owners?.includes(thing.owner) ?? true),
    );
  }

  /** The roles of the configuration that give a permission, with or without bounds. */
  rolesGiving(permission: Permission): Role[] {
    return this.#config.roles.filter(role =>
      narrowedConditions(role, permission),
    );
  }

  /** What the roles say about these permissions, which are all that there are, and that cannot hold. */
  problemsOf(permissions: Permission[]): RoleProblem[] {
    const { changes, roles } = this.#config;
    const known = new Map(permissions.map(each => [each.name, each]));
    /** What is wrong with each name: it is unknown, or `look` says so. */
    const problems = (
      role: string,
      names: string[],
      look: (permission: Permission) => string | undefined,
    ): RoleProblem[] =>
      names.flatMap(permission => {
        const found = known.get(permission);
        const message = found
          ? look(found)
          : unknownSentence(permission, [...known.keys()]);
        return message ? [{ role, permission, message }] : [];
      });
    /** What only services use is given to nobody, and says so; of the others `look` says what is wrong. */
    const given =
      (look: (permission: Permission) => string | undefined) =>
      (permission: Permission) =>
        isForServices(permission.name)
          ? `${permission.name} is for services, so no role gives it to anybody. Take it out.`
          : look(permission);
    return [
      ...changes.flatMap(change => [
        ...problems(
          change.name,
          change.permissions,
          given(permission =>
            builtInGrant(change.name, permission, NOBODY)
              ? undefined
              : `${permission.name} cannot be given to ${change.name}: nothing tells whose a thing of it is. Give it to a group by a role.`,
          ),
        ),
        ...problems(change.name, change.without, () => undefined),
      ]),
      ...roles.flatMap(role =>
        problems(
          role.name,
          role.permissions,
          given(permission =>
            narrowedConditions(role, permission)
              ? undefined
              : `${permission.name} cannot be narrowed to ${role.environments ? 'environments' : 'owners'}, so the role does not give it. Give it by a role without environments and owners, or take it out.`,
          ),
        ),
      ),
    ];
  }
}

function builtInGrant(
  role: BuiltInRole,
  permission: Permission,
  { userEntityRef, ownershipEntityRefs }: Identity,
): Grant | undefined {
  if (role === 'everyone') {
    return { role, conditions: [] };
  }
  const condition =
    isResourcePermission(permission) &&
    conditionOn(
      COMPARED[role],
      permission.resourceType,
      role === 'owners' ? ownershipEntityRefs : [userEntityRef],
    );
  return condition ? { role, conditions: [condition] } : undefined;
}

/** What has to hold of a resource so that a role counts; undefined when it does not give the permission. */
function narrowedConditions(
  role: Role,
  permission: Permission,
): ResourceCondition[] | undefined {
  if (
    !role.permissions.includes(permission.name) ||
    isForServices(permission.name)
  ) {
    return undefined;
  }
  const wanted: [Comparison, string[]][] = [];
  if (role.environments) wanted.push(['environment', role.environments]);
  if (role.owners) wanted.push(['owner', role.owners]);
  const conditions = wanted.map(([comparison, values]) =>
    // To be a party to a request is more than to own the thing: narrowed to owners it would give too much.
    isResourcePermission(permission) && permission.resourceType !== 'approval'
      ? conditionOn(comparison, permission.resourceType, values)
      : undefined,
  );
  return conditions.every(each => each !== undefined) ? conditions : undefined;
}

function unknownSentence(name: string, known: string[]): string {
  const [plugin] = name.split('.');
  const near = known.filter(each => each.startsWith(`${plugin}.`)).sort();
  return near.length
    ? `${name} is no permission of this portal. Those of ${plugin} are ${near.join(', ')}.`
    : `${name} is no permission of this portal, and no plugin here has names that begin with ${plugin}. Settings, Access lists all.`;
}
