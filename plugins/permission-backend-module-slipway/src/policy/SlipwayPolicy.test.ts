import { mockCredentials } from '@backstage/backend-test-utils';
import { ServiceUnavailableError } from '@backstage/errors';
import {
  AuthorizeResult,
  createPermission,
  type Permission,
  type PermissionAttributes,
} from '@backstage/plugin-permission-common';
import {
  RoleModel,
  type Identity,
  type RolesConfig,
} from '@slipway/plugin-access-common';
import { SlipwayPolicy } from './SlipwayPolicy';

/** What the catalog knows of everybody here. */
const known = new Map<string, Identity>();

const policyOf = (config: Partial<RolesConfig>) =>
  SlipwayPolicy.create({
    people: { identityOf: async ref => known.get(ref) },
    model: RoleModel.create({
      administrators: ['group:default/platform-team', 'user:default/root.user'],
      roles: [],
      changes: [],
      ...config,
    }),
  });
const policy = policyOf({});

const identity = (name: string, ...groups: string[]): Identity => ({
  userEntityRef: `user:default/${name}`,
  ownershipEntityRefs: [
    `user:default/${name}`,
    ...groups.map(group => `group:default/${group}`),
  ],
});
const withToken = (name: string, ...groups: string[]) => ({
  credentials: mockCredentials.user(`user:default/${name}`),
  info: identity(name, ...groups),
});
/** Somebody whose token says what the catalog says. */
const person = (name: string, ...groups: string[]) => {
  known.set(`user:default/${name}`, identity(name, ...groups));
  return withToken(name, ...groups);
};

const sam = person('sam.okafor', 'team-orders');
const nora = person('nora.lind', 'platform-team');
const root = person('root.user');

function permission(
  name: string,
  action?: PermissionAttributes['action'],
  resourceType?: string,
): Permission {
  const attributes = action ? { action } : {};
  return resourceType
    ? createPermission({ name, attributes, resourceType })
    : createPermission({ name, attributes });
}

const ENTITY = 'catalog-entity';
const TASK = 'scaffolder-task';
const DATABASE = 'database';

const ownEntity = {
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'catalog',
  resourceType: ENTITY,
  conditions: {
    rule: 'IS_ENTITY_OWNER',
    resourceType: ENTITY,
    params: {
      claims: ['user:default/sam.okafor', 'group:default/team-orders'],
    },
  },
};
const ownDatabase = {
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'databases',
  resourceType: DATABASE,
  conditions: {
    rule: 'IS_DATABASE_OWNER',
    resourceType: DATABASE,
    params: {
      owners: ['user:default/sam.okafor', 'group:default/team-orders'],
    },
  },
};
const ownTask = {
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'scaffolder',
  resourceType: TASK,
  conditions: {
    rule: 'IS_TASK_OWNER',
    resourceType: TASK,
    params: { createdBy: ['user:default/sam.okafor'] },
  },
};
const WAIVER = 'policy-waiver';
const ownWaiver = (rule: string, params: object) => ({
  result: AuthorizeResult.CONDITIONAL,
  pluginId: 'policies',
  resourceType: WAIVER,
  conditions: { rule, resourceType: WAIVER, params },
});
const allowed = { result: AuthorizeResult.ALLOW };
const denied = { result: AuthorizeResult.DENY };

const table: Array<[Permission, object]> = [
  // Everyone reads
  [permission('catalog.entity.read', 'read', ENTITY), allowed],
  [permission('catalog.location.read', 'read'), allowed],
  [permission('kubernetes.resources.read', 'read'), allowed],
  [
    permission(
      'scaffolder.template.parameter.read',
      'read',
      'scaffolder-template',
    ),
    allowed,
  ],
  [permission('databases.database.read', 'read', DATABASE), allowed],
  // Everyone may start and register
  [permission('catalog.entity.create', 'create'), allowed],
  [permission('catalog.entity.validate'), allowed],
  [permission('catalog.location.create', 'create'), allowed],
  [permission('catalog.location.analyze'), allowed],
  [permission('scaffolder.task.create', 'create'), allowed],
  [
    permission('scaffolder.action.execute', undefined, 'scaffolder-action'),
    allowed,
  ],
  [permission('databases.database.create', 'create'), allowed],
  [permission('databases.database.create-for-others', 'create'), denied],
  // Owners change what is theirs
  [permission('catalog.entity.refresh', 'update', ENTITY), ownEntity],
  [permission('catalog.entity.delete', 'delete', ENTITY), ownEntity],
  [permission('databases.database.update', 'update', DATABASE), ownDatabase],
  [permission('databases.database.delete', 'delete', DATABASE), ownDatabase],
  [
    permission('databases.database.credentials.create', 'create', DATABASE),
    ownDatabase,
  ],
  // A task is the business of the one who started it
  [permission('scaffolder.task.read', 'read', TASK), ownTask],
  [permission('scaffolder.task.cancel', undefined, TASK), ownTask],
  [permission('policies.request.evaluate', 'read'), allowed],
  [permission('policies.waiver.create', 'create'), allowed],
  [
    permission('policies.waiver.withdraw', 'update', WAIVER),
    ownWaiver('IS_WAIVER_REQUESTER', {
      requesters: ['user:default/sam.okafor'],
    }),
  ],
  [
    permission('policies.waiver.end', 'update', WAIVER),
    ownWaiver('IS_WAIVER_OWNER', {
      owners: ['user:default/sam.okafor', 'group:default/team-orders'],
    }),
  ],
  // Administrators only
  [permission('policies.sweep.create', 'create'), denied],
  [permission('catalog.location.delete', 'delete'), denied],
  [permission('catalog.entities.unprocessed.read', 'read'), denied],
  [permission('catalog.entities.unprocessed.delete', 'delete'), denied],
  [permission('catalog.ingestion.read', 'read'), denied],
  [permission('catalog.ingestion.manage', 'update'), denied],
  [permission('scaffolder.template.management'), denied],
  [permission('scaffolder.template.dry-run'), denied],
  [permission('kubernetes.proxy'), denied],
  [permission('databases.provider.pause', 'update'), denied],
  [permission('audit.event.read', 'read'), denied],
  // What nobody thought of
  [permission('new.thing.read', 'read'), allowed],
  [permission('new.thing.create', 'create'), denied],
  [permission('new.thing.update', 'update', ENTITY), denied],
  [permission('new.thing.delete', 'delete'), denied],
  [permission('new.thing.use'), denied],
  // A name of ours on a resource for which no plugin knows an owner
  [permission('databases.database.delete', 'delete', 'new-resource'), denied],
  [permission('databases.database.delete', 'delete'), denied],
];

describe('SlipwayPolicy', () => {
  it.each(table)('decides on $name for a person', async (asked, expected) => {
    expect(await policy.handle({ permission: asked }, sam)).toEqual(expected);
  });

  it.each(table)('lets administrators use $name', async asked => {
    expect(await policy.handle({ permission: asked }, nora)).toEqual(allowed);
    expect(await policy.handle({ permission: asked }, root)).toEqual(allowed);
  });

  it('lets nobody ask for approvals: services do, and never come here', async () => {
    const asked = permission('approvals.request.create', 'create');
    for (const who of [sam, nora, root]) {
      expect(await policy.handle({ permission: asked }, who)).toEqual(denied);
    }
  });

  it.each(table)('refuses $name to whoever is not signed in', async asked => {
    expect(await policy.handle({ permission: asked }, undefined)).toEqual(
      denied,
    );
  });

  it.each(table)(
    'says beforehand whether a token is enough for $name',
    (asked, expected) => {
      expect(policy.isOpen(asked)).toBe(
        expected === allowed && asked.attributes.action === 'read',
      );
    },
  );

  it.each(table)(
    'lets who has left the company use $name only to read what everyone may, whatever the token says',
    async asked => {
      const left = withToken('lea.stone', 'team-orders', 'platform-team');
      expect(await policy.handle({ permission: asked }, left)).toEqual(
        policy.isOpen(asked) ? allowed : denied,
      );
    },
  );

  it('goes by the groups of now, not by those of the token', async () => {
    person('mia.moved', 'team-payments');
    const mia = withToken('mia.moved', 'team-orders', 'platform-team');
    expect(
      await policy.handle(
        { permission: permission('databases.provider.pause', 'update') },
        mia,
      ),
    ).toEqual(denied);
    expect(
      await policy.handle(
        {
          permission: permission(
            'databases.database.update',
            'update',
            DATABASE,
          ),
        },
        mia,
      ),
    ).toMatchObject({
      conditions: {
        params: {
          owners: ['user:default/mia.moved', 'group:default/team-payments'],
        },
      },
    });
  });

  it('allows nothing but reading while the catalog does not answer', async () => {
    const silent = SlipwayPolicy.create({
      model: RoleModel.create({ administrators: [], roles: [], changes: [] }),
      people: {
        identityOf: async () => {
          throw new ServiceUnavailableError('no answer');
        },
      },
    });
    expect(
      await silent.handle(
        { permission: permission('catalog.entity.read', 'read', ENTITY) },
        sam,
      ),
    ).toEqual(allowed);
    await expect(
      silent.handle(
        { permission: permission('catalog.entity.create', 'create') },
        sam,
      ),
    ).rejects.toThrow('no answer');
  });

  it('makes nobody an administrator by default', async () => {
    const noAdministrators = policyOf({ administrators: [] });
    expect(
      await noAdministrators.handle(
        { permission: permission('catalog.location.delete', 'delete') },
        nora,
      ),
    ).toEqual(denied);
  });

  describe('with roles of the configuration', () => {
    const sre = person('omar.haddad', 'sre');
    const UPDATE = permission('databases.database.update', 'update', DATABASE);
    const inProduction = {
      rule: 'IS_IN_ENVIRONMENT',
      resourceType: DATABASE,
      params: { environments: ['production'] },
    };
    const operators = {
      name: 'production-operators',
      title: 'Production operators',
      members: ['group:default/sre'],
      permissions: ['databases.database.update', 'audit.event.read'],
      environments: ['production'],
    };
    const conditionsOf = async (
      config: Partial<RolesConfig>,
      asked: Permission,
      user = sre,
    ) => policyOf(config).handle({ permission: asked }, user);

    it('adds where a role reaches to what one owns', async () => {
      expect(await conditionsOf({ roles: [operators] }, UPDATE)).toEqual({
        ...ownDatabase,
        conditions: {
          anyOf: [
            {
              rule: 'IS_DATABASE_OWNER',
              resourceType: DATABASE,
              params: {
                owners: ['user:default/omar.haddad', 'group:default/sre'],
              },
            },
            inProduction,
          ],
        },
      });
    });

    it('leaves those who are not in the role as they were', async () => {
      expect(await conditionsOf({ roles: [operators] }, UPDATE, sam)).toEqual(
        ownDatabase,
      );
    });

    it('wants environment and owner both, where a role names both', async () => {
      const narrow = { ...operators, owners: ['group:default/team-orders'] };
      expect(await conditionsOf({ roles: [narrow] }, UPDATE)).toMatchObject({
        conditions: {
          anyOf: [
            { rule: 'IS_DATABASE_OWNER' },
            {
              allOf: [
                inProduction,
                {
                  rule: 'IS_DATABASE_OWNER',
                  params: { owners: ['group:default/team-orders'] },
                },
              ],
            },
          ],
        },
      });
    });

    it('adds up the roles of a person, and one without bounds is enough', async () => {
      const auditors = {
        name: 'keepers',
        title: 'Keepers',
        members: ['user:default/omar.haddad'],
        permissions: ['databases.database.update', 'audit.event.read'],
      };
      expect(
        await conditionsOf({ roles: [operators, auditors] }, UPDATE),
      ).toEqual(allowed);
    });

    it('gives nothing by a role whose bounds cannot be compared', async () => {
      expect(
        await conditionsOf(
          { roles: [operators] },
          permission('audit.event.read', 'read'),
        ),
      ).toEqual(denied);
      expect(
        await conditionsOf(
          { roles: [{ ...operators, permissions: ['catalog.entity.delete'] }] },
          permission('catalog.entity.delete', 'delete', ENTITY),
        ),
      ).toMatchObject({ conditions: { rule: 'IS_ENTITY_OWNER' } });
    });

    it('takes from everyone what the configuration takes, and does not call it open', async () => {
      const create = permission('databases.database.create', 'create');
      const config = {
        changes: [
          {
            name: 'everyone' as const,
            permissions: ['audit.event.read'],
            without: ['databases.database.create', 'new.thing.read'],
          },
        ],
        roles: [
          {
            name: 'orderers',
            title: 'Orderers',
            members: ['group:default/sre'],
            permissions: ['databases.database.create'],
          },
        ],
      };
      expect(await conditionsOf(config, create, sam)).toEqual(denied);
      expect(await conditionsOf(config, create)).toEqual(allowed);
      const changed = policyOf(config);
      expect(changed.isOpen(create)).toBe(false);
      expect(changed.isOpen(permission('new.thing.read', 'read'))).toBe(false);
      expect(changed.isOpen(permission('audit.event.read', 'read'))).toBe(true);
    });
  });
});
