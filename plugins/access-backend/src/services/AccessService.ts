import type { UserInfoService } from '@backstage/backend-plugin-api';
import { NotFoundError } from '@backstage/errors';
import type { Permission } from '@backstage/plugin-permission-common';
import type { UserCredentials } from '@slipway/backend-utils';
import {
  sayWhy,
  type Access,
  type Grant,
  type Ground,
  type HeldRole,
  type Identity,
  type May,
  type RoleModel,
} from '@slipway/plugin-access-common';
import type { PermissionsPage } from '../requestSchemas';
import type { People } from './People';
import type { PermissionDirectory } from './PermissionDirectory';

/** What the services of this plugin share. */
export interface ServiceDeps {
  directory: PermissionDirectory;
  model: RoleModel;
  people: People;
}

/** Says what one person or group may do, and on which grounds. */
export class AccessService {
  readonly #deps: ServiceDeps & { userInfo: UserInfoService };

  static create(
    deps: ServiceDeps & { userInfo: UserInfoService },
  ): AccessService {
    return new AccessService(deps);
  }

  private constructor(deps: ServiceDeps & { userInfo: UserInfoService }) {
    this.#deps = deps;
  }

  /** By what the catalog says now, as the policy decides, with what the sign-in says otherwise. Who is not in it has no groups. */
  async ofCaller(
    credentials: UserCredentials,
    page: PermissionsPage,
  ): Promise<Access> {
    const { people, userInfo } = this.#deps;
    const { userEntityRef } = credentials.principal;
    const [signedIn, known] = await Promise.all([
      userInfo.getUserInfo(credentials),
      people.identityOf(userEntityRef),
    ]);
    const now = known ?? { userEntityRef, ownershipEntityRefs: [] };
    const changed = differenceOf(signedIn, now);
    return {
      ...(await this.#describe(now, page, { isSelf: true, isKnown: !!known })),
      ...(changed && { changed }),
    };
  }

  /**
   * By what the catalog says now.
   *
   * @throws NotFoundError for who is not in it
   */
  async of(subject: string, page: PermissionsPage): Promise<Access> {
    const identity = await this.#deps.people.identityOf(subject);
    if (!identity) {
      throw new NotFoundError(
        `The catalog does not know ${subject}. Look at its spelling; for somebody who has left, see what they leave behind: GET /api/access/handover?subject=${subject}`,
      );
    }
    return this.#describe(identity, page, { isSelf: false, isKnown: true });
  }

  async #describe(
    identity: Identity,
    page: PermissionsPage,
    { isSelf, isKnown }: { isSelf: boolean; isKnown: boolean },
  ): Promise<Access> {
    const { directory, model, people } = this.#deps;
    const { userEntityRef, ownershipEntityRefs } = identity;
    const [{ permissions, unasked }, owns] = await Promise.all([
      directory.list(),
      people.countOwned(ownershipEntityRefs),
    ]);
    const whom = { ref: userEntityRef, isSelf };
    const held = permissions
      .map(({ permission, info }) => {
        const grounds =
          isKnown || model.isOpen(permission)
            ? groundsOf(model, permission, identity)
            : [];
        return {
          ...info,
          may: mayOf(grounds),
          grounds: grounds.map(grant => toGround(grant, whom)),
        };
      })
      .filter(each => isAskedFor(each, page));
    return {
      subject: userEntityRef,
      groups: ownershipEntityRefs.filter(ref => ref !== userEntityRef),
      roles: rolesOf(model, identity),
      owns,
      administrators: model.administrators,
      permissions: held.slice(page.offset, page.offset + page.limit),
      totalItems: held.length,
      unasked,
    };
  }
}

/** Whether a permission is among those that a list is narrowed to. */
export function isAskedFor(
  each: { name: string; title: string; plugin: string; may?: May },
  { search, plugin, may }: PermissionsPage,
): boolean {
  return (
    (!search ||
      each.name.toLowerCase().includes(search) ||
      each.title.toLowerCase().includes(search)) &&
    (!plugin || each.plugin === plugin) &&
    (!may || each.may === may)
  );
}

/** A ground in words, and what it is made of. */
export function toGround(
  grant: Grant,
  whom: { ref: string; isSelf: boolean },
): Ground {
  const { role, via, configured, conditions } = grant;
  return {
    role,
    ...(via && { via }),
    ...(configured?.environments && { environments: configured.environments }),
    ...(configured?.owners && { owners: configured.owners }),
    everywhere: !conditions.length,
    because: sayWhy(grant, whom),
  };
}

function groundsOf(
  model: RoleModel,
  permission: Permission,
  identity: Identity,
): Grant[] {
  const grants = model.grantsOf(permission, identity);
  // A group makes and starts nothing.
  return identity.userEntityRef.startsWith('group:')
    ? grants.filter(({ role }) => role !== 'creator')
    : grants;
}

function mayOf(grants: Grant[]): May {
  if (!grants.length) return 'never';
  return grants.some(({ conditions }) => !conditions.length)
    ? 'always'
    : 'partly';
}

function rolesOf(model: RoleModel, identity: Identity): HeldRole[] {
  const refs = identity.ownershipEntityRefs;
  const administrator = refs.find(ref => model.administrators.includes(ref));
  return [
    ...(administrator
      ? [
          {
            name: 'administrators',
            title: 'Administrators',
            via: administrator,
          },
        ]
      : []),
    ...model.roles.flatMap(role => {
      const via = refs.find(ref => role.members.includes(ref));
      const { name, title, description, environments, owners } = role;
      return via
        ? [
            {
              name,
              title,
              ...(description && { description }),
              via,
              ...(environments && { environments }),
              ...(owners && { owners }),
            },
          ]
        : [];
    }),
  ];
}

function differenceOf(signedIn: Identity, now: Identity) {
  const then = signedIn.ownershipEntityRefs;
  const left = then.filter(
    ref => ref.startsWith('group:') && !now.ownershipEntityRefs.includes(ref),
  );
  const joined = now.ownershipEntityRefs.filter(ref => !then.includes(ref));
  return left.length || joined.length ? { left, joined } : undefined;
}
