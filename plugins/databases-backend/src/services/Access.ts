import type {
  AuthService,
  BackstageCredentials,
  PermissionsService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { InputError, NotAllowedError, NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import {
  AuthorizeResult,
  type Permission,
  type PermissionCriteria,
  type ResourcePermission,
} from '@backstage/plugin-permission-common';
import { createConditionAuthorizer } from '@backstage/plugin-permission-node';
import { isDirectPerson, type UserCredentials } from '@slipway/backend-utils';
import type { RoleModel } from '@slipway/plugin-access-common';
import {
  databaseCreateForOthersPermission,
  databaseCreatePermission,
  databaseCredentialsCreatePermission,
  databaseHandOnPermission,
  databaseImportPermission,
  databaseOptionsReadPermission,
  databaseProviderPausePermission,
  databaseReadPermission,
} from '@slipway/plugin-databases-common';
import type { DatabaseFilter } from '../database/filters';
import type { DatabaseRecord } from '../database/rows';
import { databaseRules, toCriteria } from './permissions';
import { groupsOf, readGroups } from './readGroups';

const isAllowed = createConditionAuthorizer(databaseRules);

interface AccessDeps {
  auth: AuthService;
  catalog: CatalogService;
  permissions: PermissionsService;
  userInfo: UserInfoService;
  /** Who may do what, for those whose groups have been looked up afresh. */
  roles: RoleModel;
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

  /** What a list may contain; undefined for everything. */
  async readable(
    credentials: BackstageCredentials,
  ): Promise<PermissionCriteria<DatabaseFilter> | undefined> {
    return this.#criteriaOf(
      credentials,
      databaseReadPermission,
      'You may not see databases',
    );
  }

  /** Databases of which somebody may see who holds logins; undefined for all. */
  async loginsSeenOf(
    credentials: BackstageCredentials,
  ): Promise<PermissionCriteria<DatabaseFilter> | undefined> {
    return this.#criteriaOf(
      credentials,
      databaseCredentialsCreatePermission,
      'You may not see who holds logins',
    );
  }

  async #criteriaOf(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
    refusal: string,
  ): Promise<PermissionCriteria<DatabaseFilter> | undefined> {
    const [decision] = await this.#deps.permissions.authorizeConditional(
      [{ permission }],
      { credentials },
    );
    if (decision.result === AuthorizeResult.DENY) {
      throw new NotAllowedError(refusal);
    }
    return decision.result === AuthorizeResult.CONDITIONAL
      ? toCriteria(decision.conditions)
      : undefined;
  }

  /** Whether somebody may see what can be ordered. */
  async assertMaySeeOptions(credentials: BackstageCredentials): Promise<void> {
    const [decision] = await this.#deps.permissions.authorize(
      [{ permission: databaseOptionsReadPermission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError('You may not see what can be ordered');
    }
  }

  /** Whether somebody may do something with a database. */
  async may(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
    database: DatabaseRecord,
  ): Promise<boolean> {
    const [decision] = await this.#deps.permissions.authorizeConditional(
      [{ permission }],
      { credentials },
    );
    return isAllowed(decision, database);
  }

  /** What one may not see is not there; what one may see but not change is refused with a reason. */
  async assertMay(
    credentials: BackstageCredentials,
    permission: ResourcePermission,
    database: DatabaseRecord,
  ): Promise<void> {
    if (!(await this.may(credentials, databaseReadPermission, database))) {
      throw new NotFoundError(
        `There is no database with the id '${database.id}'`,
      );
    }
    if (!(await this.may(credentials, permission, database))) {
      throw new NotAllowedError(
        `Only ${database.owner} and the platform team may do this with ${database.name} in ${database.environment}`,
      );
    }
  }

  /** Whether somebody may hold up work at a provider, and see what is held up. */
  async assertMayPause(credentials: UserCredentials): Promise<void> {
    const [decision] = await this.#deps.permissions.authorize(
      [{ permission: databaseProviderPausePermission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError('Only the platform team may pause providers');
    }
  }

  /** Whether somebody may look at databases that the platform does not own. */
  async assertMayImport(credentials: BackstageCredentials): Promise<void> {
    const [decision] = await this.#deps.permissions.authorize(
      [{ permission: databaseImportPermission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        'Only the platform team may look at databases that the platform does not own',
      );
    }
  }

  /** Whether somebody may order for anybody. */
  async assertMayOrder(credentials: UserCredentials): Promise<void> {
    const [decision] = await this.#deps.permissions.authorize(
      [{ permission: databaseCreatePermission }],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError('You may not order databases');
    }
  }

  /**
   * Whether somebody may order for an owner: a member by the groups of now, or an administrator.
   *
   * @returns as which of the two
   */
  async assertMayOrderFor(
    credentials: UserCredentials,
    owner: string,
  ): Promise<'member' | 'administrator'> {
    const { permissions, catalog, auth } = this.#deps;
    const [decision, forOthers] = await permissions.authorize(
      [
        { permission: databaseCreatePermission },
        { permission: databaseCreateForOthersPermission },
      ],
      { credentials },
    );
    if (decision.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError('You may not order databases');
    }
    const group = await catalog.getEntityByRef(owner, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    if (!group) {
      throw new InputError(
        `owner ${owner} is not in the catalog. Choose a group that is.`,
      );
    }
    if ((await this.#refsNow(credentials)).includes(owner)) {
      return 'member';
    }
    if (forOthers.result !== AuthorizeResult.ALLOW) {
      throw new NotAllowedError(
        `owner ${owner} is not a group of yours. Choose one that you belong to.`,
      );
    }
    return 'administrator';
  }

  /**
   * Whether a person may have a login by the groups they belong to now: the catalog is asked, because a token still names
   * the groups of the morning.
   */
  async assertStillMember(
    credentials: UserCredentials,
    database: DatabaseRecord,
  ): Promise<void> {
    const refs = await this.#refsNow(credentials);
    if (!this.#holds(databaseCredentialsCreatePermission, refs, database)) {
      throw new NotAllowedError(
        `Only members of ${database.owner} may have a login to ${database.name} in ${database.environment}`,
      );
    }
  }

  /**
   * Whether somebody may hand a database on to a group: who may hand it on at all, and belongs to that group or may order for others,
   * by the groups of now. Nobody hands on what was theirs this morning, and nothing is put on a group from outside.
   */
  async assertMayHandOn(
    credentials: UserCredentials,
    database: DatabaseRecord,
    owner: string,
  ): Promise<'member' | 'administrator'> {
    const { auth, catalog, permissions } = this.#deps;
    const group = await catalog.getEntityByRef(owner, {
      credentials: await auth.getOwnServiceCredentials(),
    });
    if (!group) {
      throw new InputError(
        `owner ${owner} is not in the catalog. Choose a group that is.`,
      );
    }
    const refs = await this.#refsNow(credentials);
    if (!this.#holds(databaseHandOnPermission, refs, database)) {
      throw new NotAllowedError(
        `Only ${database.owner} and the platform team may do this with ${database.name} in ${database.environment}`,
      );
    }
    if (refs.includes(owner)) return 'member';
    const permission = databaseCreateForOthersPermission;
    const [decision] = await permissions.authorize([{ permission }], {
      credentials,
    });
    if (
      decision.result !== AuthorizeResult.ALLOW ||
      !this.#holds(permission, refs, database)
    ) {
      throw new NotAllowedError(
        `owner ${owner} is not a group of yours. Choose one that you belong to, or ask the platform team.`,
      );
    }
    return 'administrator';
  }

  /** Those of these people who could get a login to a database, by the groups they belong to now. */
  async mayHoldLogins(
    people: string[],
    database: { owner: string; environment: string },
  ): Promise<string[]> {
    const { catalog, auth } = this.#deps;
    if (!people.length) return [];
    const { items } = await catalog.getEntitiesByRefs(
      { entityRefs: people, fields: ['relations'] },
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return people.filter((person, index) => {
      const entity = items[index];
      return this.#holds(
        databaseCredentialsCreatePermission,
        entity ? [person, ...groupsOf(entity)] : [],
        database,
      );
    });
  }

  /** Whether who acts as these may do something by the roles. Whom the catalog does not know may nothing, whatever everyone may. */
  #holds(
    permission: Permission,
    refs: string[],
    database: { owner: string; environment: string },
  ): boolean {
    return (
      refs.length > 0 && this.#deps.roles.holds(permission, refs, database)
    );
  }

  /** A person and the groups they belong to by the catalog; nothing when it does not know them. */
  async #refsNow(credentials: UserCredentials): Promise<string[]> {
    const person = credentials.principal.userEntityRef;
    const groups = await readGroups(this.#deps, person);
    return groups ? [person, ...groups] : [];
  }

  /**
   * Why somebody may not destroy what cannot be had again: only people do, in person, who are in the catalog now. The
   * sentence, or undefined when they may.
   */
  async whyNotForGood(
    credentials: UserCredentials,
  ): Promise<string | undefined> {
    const { catalog, auth } = this.#deps;
    if (!isDirectPerson(auth, credentials)) {
      return 'Only people remove data for good, with a session of their own. A service, an agent or a template does not; open the database in the portal.';
    }
    const person = await catalog.getEntityByRef(
      credentials.principal.userEntityRef,
      { credentials: await auth.getOwnServiceCredentials() },
    );
    return person
      ? undefined
      : 'You are not in the catalog any more. Ask the platform team.';
  }

  /** The groups that a person acts for. */
  async ownershipOf(credentials: BackstageCredentials): Promise<string[]> {
    const { userInfo } = this.#deps;
    return (await userInfo.getUserInfo(credentials)).ownershipEntityRefs;
  }
}
