import {
  AuthorizeResult,
  type Permission,
  type PermissionCondition,
  type PermissionCriteria,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import type {
  Grant,
  ResourceCondition,
  RoleModel,
} from '@slipway/plugin-access-common';
import type { CurrentPeople } from '../people/CurrentPeople';

const ALLOW: PolicyDecision = { result: AuthorizeResult.ALLOW };
const DENY: PolicyDecision = { result: AuthorizeResult.DENY };

interface SlipwayPolicyOptions {
  model: RoleModel;
  people: Pick<CurrentPeople, 'identityOf'>;
}

/**
 * Who may do what in Slipway, as the role model has it.
 *
 * @remarks
 *
 * Whoever is signed in reads; owners change what their group owns; administrators do
 * everything; roles of the configuration add to it; what nobody thought of is refused. What depends on the thing is left to
 * the plugin that keeps it, as a condition that it can put into a query. Services that act for themselves never get
 * here: the permission framework lets them pass.
 *
 * A token is good for an hour, and says who somebody was at its beginning. It is enough to read what everyone may; for all else the person
 * has to be in the catalog now, and the groups are those of now.
 */
export class SlipwayPolicy implements PermissionPolicy {
  readonly #model: RoleModel;
  readonly #people: Pick<CurrentPeople, 'identityOf'>;

  static create(options: SlipwayPolicyOptions): SlipwayPolicy {
    return new SlipwayPolicy(options);
  }

  private constructor({ model, people }: SlipwayPolicyOptions) {
    this.#model = model;
    this.#people = people;
  }

  /** Whether a token is enough: then {@link SlipwayPolicy.handle} allows it without looking at anything else. */
  isOpen(permission: Permission): boolean {
    return this.#model.isOpen(permission);
  }

  /** @throws ServiceUnavailableError when the catalog has to be asked and does not answer */
  async handle(
    { permission }: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    if (!user) {
      return DENY;
    }
    if (this.isOpen(permission)) {
      return ALLOW;
    }
    const identity = await this.#people.identityOf(user.info.userEntityRef);
    return identity ? decide(this.#model.grantsOf(permission, identity)) : DENY;
  }
}

/** One ground that holds is enough; of each ground all conditions have to. */
function decide(grants: Grant[]): PolicyDecision {
  if (!grants.length) {
    return DENY;
  }
  if (grants.some(({ conditions }) => !conditions.length)) {
    return ALLOW;
  }
  // A permission is about one type of resource, which one plugin keeps.
  const { pluginId, resourceType } = grants[0].conditions[0];
  const grounds = grants.map(({ conditions }) => all(conditions));
  return {
    result: AuthorizeResult.CONDITIONAL,
    pluginId,
    resourceType,
    conditions: isSeveral(grounds) ? { anyOf: grounds } : grounds[0],
  };
}

function all(
  conditions: ResourceCondition[],
): PermissionCriteria<PermissionCondition> {
  const each = conditions.map(({ condition }) => condition);
  return isSeveral(each) ? { allOf: each } : each[0];
}

function isSeveral<T>(list: T[]): list is [T, T, ...T[]] {
  return list.length > 1;
}
