import type {
  Access,
  GivenPermission,
  Handover,
  Roles,
} from '@slipway/plugin-access-common';

/** What sam may do: three permissions, one of each kind. */
export function access(fields: Partial<Access> = {}): Access {
  return {
    subject: 'user:default/sam',
    groups: ['group:default/team-orders'],
    roles: [
      {
        name: 'production-operators',
        title: 'Production operators',
        via: 'group:default/team-orders',
        environments: ['production'],
      },
    ],
    owns: [{ owner: 'group:default/team-orders', count: 2 }],
    administrators: ['group:default/platform-team'],
    permissions: [
      {
        name: 'databases.database.delete',
        title: 'Delete a database',
        plugin: 'databases',
        may: 'partly',
        grounds: [
          {
            role: 'owners',
            everywhere: false,
            because: 'on what you or a group of yours owns',
          },
        ],
      },
      {
        name: 'databases.database.read',
        title: 'See databases',
        plugin: 'databases',
        may: 'always',
        grounds: [
          {
            role: 'everyone',
            everywhere: true,
            because: 'because everyone who is signed in may',
          },
        ],
      },
      {
        name: 'databases.provider.pause',
        title: 'Pause a provider of databases',
        plugin: 'databases',
        may: 'never',
        grounds: [],
      },
    ],
    totalItems: 3,
    unasked: [],
    ...fields,
  };
}

export const givenPermission: GivenPermission = {
  name: 'databases.database.update',
  title: 'Suspend, resume, retry and rotate a database',
  plugin: 'databases',
  roles: [
    {
      name: 'administrators',
      title: 'Administrators',
      members: ['group:default/platform-team'],
    },
    { name: 'owners', title: 'Owners', members: [] },
    {
      name: 'production-operators',
      title: 'Production operators',
      members: ['group:default/sre'],
      environments: ['production'],
    },
  ],
};

export const roles: Roles = {
  items: [
    {
      name: 'production-operators',
      title: 'Production operators',
      description: 'On call',
      kind: 'configured',
      members: [
        { ref: 'group:default/sre' },
        { ref: 'group:default/team-renamed', isMissing: true },
      ],
      permissions: ['databases.database.update', 'databases.database.updat'],
      environments: ['production'],
    },
    {
      name: 'owners',
      title: 'Owners',
      kind: 'built-in',
      members: [],
      permissions: ['databases.database.delete'],
    },
  ],
  problems: [
    {
      role: 'production-operators',
      message: 'databases.database.updat is no permission of this portal.',
    },
  ],
  unasked: [],
};

export const handover: Handover = {
  subject: 'group:default/team-gone',
  exists: false,
  entities: { items: [{ ref: 'component:default/left' }], totalItems: 3 },
  databases: {
    items: [
      {
        id: '1',
        name: 'orders',
        environment: 'production',
        state: 'ready',
      },
    ],
    totalItems: 1,
  },
  approvals: {
    items: [],
    totalItems: 0,
    problem: 'Could not be asked: busy',
  },
  logins: {
    items: [
      {
        id: '2',
        name: 'carts',
        environment: 'staging',
        access: 'read-only',
        expiresAt: '2026-11-29T18:00:00.000Z',
      },
    ],
    totalItems: 1,
  },
  deputies: { items: [], totalItems: 0 },
  waivers: {
    items: [
      {
        id: 'w1',
        title: 'Backups, for orders',
        part: 'owns the thing',
        isGranted: true,
        expiresAt: '2026-12-24T18:00:00.000Z',
      },
      {
        id: 'w2',
        title: 'Backups, for carts',
        part: 'asked for it',
        isGranted: false,
        expiresAt: '2026-12-24T18:00:00.000Z',
      },
    ],
    totalItems: 2,
  },
  configuration: [
    {
      key: 'policies.waivers.approvers',
      effect: 'grants waivers: while it is nobody, none can be granted',
    },
  ],
  roles: [],
};
