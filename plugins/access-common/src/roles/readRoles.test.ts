import { ConfigReader } from '@backstage/config';
import { readRoles } from './readRoles';

const read = (roles: unknown) =>
  readRoles(
    new ConfigReader({
      permission: { slipway: { roles } },
    } as ConstructorParameters<typeof ConfigReader>[0]),
  );

const role = (extra: object = {}) => ({
  name: 'production-operators',
  groups: ['sre'],
  permissions: ['databases.database.update'],
  ...extra,
});

it('fills in what is left out, and completes refs', () => {
  expect(
    read([
      role({
        users: ['Nora'],
        environments: ['production'],
        owners: ['team-orders', 'user:default/Sam'],
      }),
    ]).roles,
  ).toEqual([
    {
      name: 'production-operators',
      title: 'production-operators',
      members: ['group:default/sre', 'user:default/nora'],
      permissions: ['databases.database.update'],
      environments: ['production'],
      owners: ['group:default/team-orders', 'user:default/sam'],
    },
  ]);
});

it('reads what changes about roles that are built in', () => {
  expect(
    read([{ name: 'everyone', without: ['databases.database.create'] }]),
  ).toEqual({
    administrators: [],
    roles: [],
    changes: [
      {
        name: 'everyone',
        permissions: [],
        without: ['databases.database.create'],
      },
    ],
  });
});

it('is empty when nothing is configured', () => {
  expect(readRoles(new ConfigReader({}))).toEqual({
    administrators: [],
    roles: [],
    changes: [],
  });
});

const at = 'permission.slipway.roles[0]';
it.each<[string, unknown, string]>([
  ['no list', { a: 1 }, 'permission.slipway.roles is no list. Write a list'],
  ['no object', ['sre'], `${at} is missing, or no object. Write it as`],
  ['nothing', [null], `${at} is missing, or no object. Write it as`],
  ['no name', [role({ name: undefined })], `${at}.name is no text. Write one.`],
  ['a name with blanks', [role({ name: 'S R E' })], `${at}.name is no name of`],
  [
    'a field that is misspelt',
    [role({ enviroments: ['production'] })],
    `${at} has no field enviroments. Its fields are name, title, description, groups, users, permissions, environments, owners.`,
  ],
  [
    'bounds on what is built in',
    [{ name: 'everyone', environments: ['production'] }],
    `${at} has no field environments. Its fields are name, permissions, without.`,
  ],
  [
    'no permission',
    [role({ permissions: [] })],
    `${at}.permissions is empty, so the role gives nothing.`,
  ],
  [
    'permissions that are no list',
    [role({ permissions: 'audit.event.read' })],
    `${at}.permissions is no list. Write a list of names of permissions.`,
  ],
  [
    'all permissions of a plugin',
    [role({ permissions: ['audit.event.read', 'databases.*'] })],
    `${at}.permissions[1] holds a * or a blank. Write each permission by its whole name`,
  ],
  [
    'an empty list of environments',
    [role({ environments: [] })],
    `${at}.environments is an empty list, which could mean all or none.`,
  ],
  ['nobody', [role({ groups: [] })], `${at} is for nobody. Name groups`],
  [
    'a user among groups',
    [role({ groups: ['sre', 'user:default/nora'] })],
    `${at}.groups[1] is 'user:default/nora': only a group can stand here.`,
  ],
  [
    'what is no ref',
    [role({ owners: ['group:'] })],
    `${at}.owners[0] is 'group:': write an entity ref such as group:default/team-orders`,
  ],
  [
    'administrators',
    [role({ name: 'administrators' })],
    `${at}.name is administrators, who may do everything. Say who they are in permission.slipway.administrators.`,
  ],
  [
    'a name twice',
    [role(), role()],
    'permission.slipway.roles[1].name is production-operators, as that of a role before it.',
  ],
  [
    'a change twice',
    [{ name: 'everyone' }, { name: 'everyone' }],
    'permission.slipway.roles[1].name is everyone, as that of a role before it.',
  ],
  [
    'more roles than anybody can oversee',
    Array.from({ length: 201 }, (_, index) => role({ name: `role-${index}` })),
    'permission.slipway.roles has more than 200 entries.',
  ],
])('refuses %s', (_, roles, message) => {
  expect(() => read(roles)).toThrow(message);
});
