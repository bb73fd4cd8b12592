import type { RootConfigService } from '@backstage/backend-plugin-api';
import { NotFoundError } from '@backstage/errors';
import {
  BUILT_IN_ROLES,
  type BuiltInRole,
  type GivenPermission,
  type GivenPermissionsPage,
  isForServices,
  type PermissionHolders,
  type RoleProblem,
  type Roles,
  type RoleView,
} from '@slipway/plugin-access-common';
import type { PermissionsPage } from '../requestSchemas';
import { isAskedFor, toGround, type ServiceDeps } from './AccessService';
import type { Registered } from './PermissionDirectory';

const BUILT_IN: Record<BuiltInRole, { title: string; description: string }> = {
  everyone: { title: 'Everyone', description: 'Whoever is signed in' },
  owners: {
    title: 'Owners',
    description: 'Members of the group that owns the thing',
  },
  creator: {
    title: 'Whoever made it',
    description: 'The person who made or started the thing',
  },
};

type Registration = Registered['permissions'][number];

/** Says which roles there are, who is in them, what they give, and what about them cannot hold. */
export class RolesService {
  readonly #deps: ServiceDeps & { config: RootConfigService };

  static create(deps: ServiceDeps & { config: RootConfigService }) {
    return new RolesService(deps);
  }

  private constructor(deps: ServiceDeps & { config: RootConfigService }) {
    this.#deps = deps;
  }

  async list(): Promise<Roles> {
    const { directory, model, people } = this.#deps;
    const { permissions, unasked } = await directory.list();
    const missing = await people.missing(this.#namedRefs());
    const known = (ref: string) => ({
      ref,
      ...(missing.has(ref) && { isMissing: true }),
    });
    const items: RoleView[] = [
      {
        name: 'administrators',
        title: 'Administrators',
        description: 'May do everything',
        kind: 'administrators',
        members: model.administrators.map(known),
        permissions: [],
      },
      ...model.roles.map(({ members, owners, ...role }) => ({
        ...role,
        kind: 'configured' as const,
        members: members.map(known),
        ...(owners && { owners: owners.map(known) }),
      })),
      ...BUILT_IN_ROLES.map(name => ({
        name,
        ...BUILT_IN[name],
        kind: 'built-in' as const,
        members: [],
        permissions: permissions
          .filter(({ permission }) =>
            model.builtInRolesOf(permission).includes(name),
          )
          .map(({ permission }) => permission.name),
      })),
    ];
    return {
      items,
      problems: this.#problems(permissions, unasked, missing),
      unasked,
    };
  }

  /** Sentences about what the roles say and cannot hold, with the catalog looked at. */
  async problems(): Promise<RoleProblem[]> {
    return (await this.list()).problems;
  }

  /** The same without the catalog, which fills only after the start. */
  async problemsOfNames(): Promise<RoleProblem[]> {
    const { permissions, unasked } = await this.#deps.directory.list();
    return this.#problems(permissions, unasked, new Set());
  }

  async listPermissions(page: PermissionsPage): Promise<GivenPermissionsPage> {
    const { permissions, unasked } = await this.#deps.directory.list();
    const all = permissions.filter(({ info }) => isAskedFor(info, page));
    return {
      items: all
        .slice(page.offset, page.offset + page.limit)
        .map(each => this.#toGiven(each)),
      totalItems: all.length,
      unasked,
    };
  }

  /** @throws NotFoundError for what no plugin has registered */
  async holdersOf(
    name: string,
    cursor: string | undefined,
  ): Promise<PermissionHolders> {
    const { directory, model, people } = this.#deps;
    const { permissions } = await directory.list();
    const found = permissions.find(
      ({ permission }) => permission.name === name,
    );
    if (!found) {
      throw new NotFoundError(
        `No plugin of this portal has the permission '${name}'. GET /api/access/permissions lists all.`,
      );
    }
    const given = this.#toGiven(found);
    const members = new Set(given.roles.flatMap(role => role.members));
    const page = await people.among([...members], cursor);
    return {
      permission: given,
      people: page.people.map(identity => ({
        ref: identity.userEntityRef,
        grounds: model
          .grantsOf(found.permission, identity)
          .filter(
            ({ configured, role }) => configured || role === 'administrators',
          )
          .map(grant =>
            toGround(grant, { ref: identity.userEntityRef, isSelf: false }),
          ),
      })),
      ...(page.nextCursor && { nextCursor: page.nextCursor }),
    };
  }

  #toGiven({ permission, info }: Registration): GivenPermission {
    const { model } = this.#deps;
    if (isForServices(permission.name)) {
      return { ...info, roles: [] };
    }
    return {
      ...info,
      roles: [
        {
          name: 'administrators',
          title: 'Administrators',
          members: model.administrators,
        },
        ...model.builtInRolesOf(permission).map(name => ({
          name,
          title: BUILT_IN[name].title,
          members: [],
        })),
        ...model
          .rolesGiving(permission)
          .map(({ name, title, members, environments, owners }) => ({
            name,
            title,
            members,
            ...(environments && { environments }),
            ...(owners && { owners }),
          })),
      ],
    };
  }

  #namedRefs(): string[] {
    const { model } = this.#deps;
    return [
      ...new Set([
        ...model.administrators,
        ...model.roles.flatMap(({ members, owners = [] }) => [
          ...members,
          ...owners,
        ]),
      ]),
    ];
  }

  #problems(
    permissions: Registration[],
    unasked: string[],
    missing: Set<string>,
  ): RoleProblem[] {
    const { model } = this.#deps;
    const all = permissions.map(({ permission }) => permission);
    return [
      // What a plugin that did not answer may know is not called unknown.
      ...model
        .problemsOf(all)
        .filter(
          ({ permission }) =>
            !unasked.some(plugin => permission?.startsWith(`${plugin}.`)),
        )
        .map(({ role, message }) => ({ role, message })),
      ...this.#unknownEnvironments(),
      ...model.roles.flatMap(({ name, members, owners = [] }) =>
        [...members, ...owners]
          .filter(ref => missing.has(ref))
          .map(ref => ({ role: name, message: missingSentence(ref) })),
      ),
      ...model.administrators
        .filter(ref => missing.has(ref))
        .map(ref => ({
          role: 'administrators',
          message: missingSentence(ref),
        })),
    ];
  }

  #unknownEnvironments(): RoleProblem[] {
    const { config, model } = this.#deps;
    const configured = config.getOptionalConfigArray('databases.environments');
    if (!configured) return [];
    const known = configured.map(each => each.getString('name'));
    return model.roles.flatMap(({ name, environments = [] }) =>
      environments
        .filter(environment => !known.includes(environment))
        .map(environment => ({
          role: name,
          message: `${environment} is no environment of this portal, so the role reaches nothing there. Those in databases.environments are ${known.join(', ')}.`,
        })),
    );
  }
}

function missingSentence(ref: string): string {
  return `${ref} is not in the catalog. If it was renamed, write its new name into the role; if it is gone, take it out.`;
}
