import {
  AuthorizeResult,
  isResourcePermission,
  type Permission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { audienceOf, conditionalOn } from './rules';

const ALLOW: PolicyDecision = { result: AuthorizeResult.ALLOW };
const DENY: PolicyDecision = { result: AuthorizeResult.DENY };

/**
 * Who may do what in Slipway.
 *
 * @remarks
 *
 * Whoever is signed in reads; owners change what their group owns; administrators do
 * everything; what nobody thought of is refused. Services that act for themselves never get
 * here: the permission framework lets them pass.
 */
export class SlipwayPolicy implements PermissionPolicy {
  readonly #administrators: ReadonlySet<string>;

  /**
   * @param options - `administrators`: full entity refs of users and groups, in lower case.
   */
  static create(options: { administrators: string[] }): SlipwayPolicy {
    return new SlipwayPolicy(options.administrators);
  }

  private constructor(administrators: string[]) {
    this.#administrators = new Set(administrators);
  }

  /** Whether whoever is signed in may use it: for them {@link SlipwayPolicy.handle} allows it without looking at anything else. */
  static isForEveryone(permission: Permission): boolean {
    return audienceOf(permission) === 'everyone';
  }

  async handle(
    { permission }: PolicyQuery,
    user?: PolicyQueryUser,
  ): Promise<PolicyDecision> {
    if (!user) {
      return DENY;
    }
    const identity = user.info;
    if (
      identity.ownershipEntityRefs.some(ref => this.#administrators.has(ref))
    ) {
      return ALLOW;
    }
    const audience = audienceOf(permission);
    switch (audience) {
      case 'everyone':
        return ALLOW;
      case 'owners':
      case 'creator':
        return isResourcePermission(permission)
          ? conditionalOn(audience, permission.resourceType, identity)
          : DENY;
      default:
        return DENY;
    }
  }
}
