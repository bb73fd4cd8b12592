import type { Permission } from '@backstage/plugin-permission-common';
import type { RolesConfig } from '@slipway/plugin-access-common';
import {
  allowed,
  DATABASE,
  denied,
  ENTITY,
  ownDatabase,
  permission,
  person,
  policyOf,
  sam,
} from '../__testUtils__/askPolicy';

describe('SlipwayPolicy with roles of the configuration', () => {
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
