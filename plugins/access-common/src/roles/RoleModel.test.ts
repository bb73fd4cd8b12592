import { createPermission } from '@backstage/plugin-permission-common';
import { RoleModel } from './RoleModel';
import type { Role } from './types';

const update = createPermission({
  name: 'databases.database.update',
  attributes: { action: 'update' },
  resourceType: 'database',
});
const remove = createPermission({
  name: 'databases.database.delete',
  attributes: { action: 'delete' },
  resourceType: 'database',
});
const audit = createPermission({
  name: 'audit.event.read',
  attributes: { action: 'read' },
});
const approvals = createPermission({
  name: 'approvals.request.read',
  attributes: { action: 'read' },
  resourceType: 'approval',
});

const ask = createPermission({
  name: 'approvals.request.create',
  attributes: { action: 'create' },
});

const role = (extra: Partial<Role> = {}): Role => ({
  name: 'operators',
  title: 'Operators',
  members: ['group:default/sre'],
  permissions: ['databases.database.update'],
  ...extra,
});
const modelOf = (...roles: Role[]) =>
  RoleModel.create({
    administrators: ['group:default/platform-team'],
    roles,
    changes: [],
  });

describe('RoleModel', () => {
  const sre = {
    userEntityRef: 'user:default/omar',
    ownershipEntityRefs: ['user:default/omar', 'group:default/sre'],
  };

  it('names each ground, and through whom it holds', () => {
    const model = modelOf(role({ environments: ['production'] }));
    expect(model.grantsOf(update, sre)).toMatchObject([
      { role: 'owners', conditions: [{ pluginId: 'databases' }] },
      {
        role: 'operators',
        via: 'group:default/sre',
        conditions: [
          { condition: { params: { environments: ['production'] } } },
        ],
      },
    ]);
    expect(model.grantsOf(audit, sre)).toEqual([]);
  });

  it('gives what services use to nobody, and says that a role cannot', () => {
    const administrator = 'group:default/platform-team';
    const model = RoleModel.create({
      administrators: [administrator],
      roles: [role({ permissions: [ask.name] })],
      changes: [{ name: 'everyone', permissions: [ask.name], without: [] }],
    });
    const refs = [administrator, 'group:default/sre'];
    expect(model.grantsOf(ask, { ...sre, ownershipEntityRefs: refs })).toEqual(
      [],
    );
    expect(model.isForEveryone(ask)).toBe(false);
    expect(model.rolesGiving(ask)).toEqual([]);
    expect(
      model.holds(ask, refs, { owner: administrator, environment: 'staging' }),
    ).toBe(false);
    const message =
      'approvals.request.create is for services, so no role gives it to anybody. Take it out.';
    expect(model.problemsOf([ask])).toMatchObject([
      { role: 'everyone', message },
      { role: 'operators', message },
    ]);
  });

  it('does not narrow what it is to be a party to a request down to an owner', () => {
    const model = modelOf(
      role({
        permissions: ['approvals.request.read'],
        owners: ['group:default/team-orders'],
      }),
    );
    expect(
      model.grantsOf(approvals, sre).map(({ role: name }) => name),
    ).toEqual(['owners']);
  });

  describe('with groups that were looked up afresh', () => {
    const orders = {
      owner: 'group:default/team-orders',
      environment: 'staging',
    };
    const production = { ...orders, environment: 'production' };
    const model = modelOf(
      role({ environments: ['production'], owners: [orders.owner] }),
    );

    it.each<[string, string[], typeof orders, boolean]>([
      ['an owner', ['group:default/team-orders'], orders, true],
      ['an administrator', ['group:default/platform-team'], orders, true],
      ['a stranger', ['group:default/team-data'], production, false],
      ['whoever left the role', ['user:default/omar'], production, false],
      ['the role where it reaches', ['group:default/sre'], production, true],
      ['the role elsewhere', ['group:default/sre'], orders, false],
      [
        'the role at others',
        ['group:default/sre'],
        { ...production, owner: 'group:default/team-data' },
        false,
      ],
    ])('answers for %s', (_, refs, thing, expected) => {
      expect(model.holds(update, refs, thing)).toBe(expected);
    });

    it('knows no other permission of the role', () => {
      expect(model.holds(remove, ['group:default/sre'], production)).toBe(
        false,
      );
    });
  });

  it('tells what a role says and cannot hold', () => {
    const model = RoleModel.create({
      administrators: [],
      roles: [
        role({
          environments: ['production'],
          permissions: [
            'databases.database.updat',
            'databases.database.update',
            'audit.event.read',
            'quotas.quota.read',
          ],
        }),
      ],
      changes: [
        {
          name: 'owners',
          permissions: ['audit.event.read'],
          without: ['nothing'],
        },
      ],
    });
    expect(
      model
        .problemsOf([update, remove, audit])
        .map(({ role: name, permission, message }) => [
          name,
          permission,
          message,
        ]),
    ).toEqual([
      [
        'owners',
        'audit.event.read',
        'audit.event.read cannot be given to owners: nothing tells whose a thing of it is. Give it to a group by a role.',
      ],
      [
        'owners',
        'nothing',
        'nothing is no permission of this portal, and no plugin here has names that begin with nothing. Settings, Access lists all.',
      ],
      [
        'operators',
        'databases.database.updat',
        'databases.database.updat is no permission of this portal. Those of databases are databases.database.delete, databases.database.update.',
      ],
      [
        'operators',
        'audit.event.read',
        'audit.event.read cannot be narrowed to environments, so the role does not give it. Give it by a role without environments and owners, or take it out.',
      ],
      [
        'operators',
        'quotas.quota.read',
        'quotas.quota.read is no permission of this portal, and no plugin here has names that begin with quotas. Settings, Access lists all.',
      ],
    ]);
  });
});
