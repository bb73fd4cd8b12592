import type {
  AuthService,
  BackstageCredentials,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { RELATION_MEMBER_OF } from '@backstage/catalog-model';
import { NotAllowedError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  AuthorizeResult,
  type BasicPermission,
  type ResourcePermission,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import type { UserCredentials } from '@slipway/backend-utils';
import type { WaiverRecord } from '../database/waivers';
import { waiverRules } from './permissions';

const isAllowed = createConditionAuthorizer(waiverRules);

interface AccessDeps {
  auth: AuthService;
  catalog: CatalogService;
  permissions: PermissionsService;
  userInfo: UserInfoService;
}

/** Decides who may do what. The default is to refuse. */
export class Access {
  readonly #deps: AccessDeps;

  static create(deps: AccessDeps): Access {
    return new Access(deps);
  }

  private constructor(deps: AccessDeps) {
    this.#deps = deps;
  }

  /** @throws NotAllowedError with this message unless the permission is held. */
  async assertHolds(
    credentials: BackstageCredentials,
    permission: BasicPermission,
    refusal: string,
  ): Promise<void> {
    if (!(await this.holds(credentials, permission))) {
      throw new NotAllowedError(refusal);
    }
  }

  /** Whether somebody holds a permission. */
  async holds(
    credentials: BackstageCredentials,
    permission: BasicPermission,
  ): Promise<boolean> {
    const [decision] = await this.#deps.permissions.authorize(
      [{ permission }],
      { credentials },
    );
    return decision.result === AuthorizeResult.ALLOW;
  }

  /** Whether somebody may do something with a waiver. */
  async may(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
    waiver: WaiverRecord,
  ): Promise<boolean> {
    const [decision] = await this.#deps.permissions.authorizeConditional(
      [{ permission }],
      { credentials },
    );
    return isAllowed(decision, waiver);
  }

  /**
   * Exceptions are for people to ask for and to end, with a session of their own.
   *
   * @throws NotAllowedError for a service, an agent or a template
   */
  assertDirectPerson(
    credentials: BackstageCredentials,
  ): asserts credentials is UserCredentials {
    if (
      !this.#deps.auth.isPrincipal(credentials, 'user') ||
      credentials.principal.actor
    ) {
      throw new NotAllowedError(
        'Only people ask for waivers and end them, with a session of their own. A service, an agent or a template does not; open the waivers in the portal.',
      );
    }
  }

  /**
   * The catalog is asked, because a token still names the groups of the morning.
   *
   * @throws NotAllowedError when a person is no member of the group now
   */
  async assertMember(
    credentials: UserCredentials,
    group: string,
  ): Promise<void> {
    const { catalog, auth } = this.#deps;
    const entity = await catalog.getEntityByRef(
      credentials.principal.userEntityRef,
      { credentials: await auth.getOwnServiceCredentials() },
    );
    const isMember = entity?.relations?.some(
      ({ type, targetRef }) =>
        type === RELATION_MEMBER_OF && targetRef === group,
    );
    if (!isMember) {
      throw new NotAllowedError(
        `owner ${group} is not a group of yours. Choose one that you belong to, or ask somebody there.`,
      );
    }
  }

  /** The person and the groups that they act for. */
  async ownershipOf(credentials: BackstageCredentials): Promise<string[]> {
    const { userInfo } = this.#deps;
    return (await userInfo.getUserInfo(credentials)).ownershipEntityRefs;
  }
}
