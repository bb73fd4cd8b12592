import {
  AuthorizeResult,
  isResourcePermission,
  type PolicyDecision,
} from '@backstage/plugin-permission-common';
import type {
  PermissionPolicy,
  PolicyQuery,
  PolicyQueryUser,
} from '@backstage/plugin-permission-node';
import { AUDIENCES, audienceOfUnlisted, conditionalOn } from './rules';

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
    const audience =
      AUDIENCES[permission.name] ??
      audienceOfUnlisted(permission.attributes.action);
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
