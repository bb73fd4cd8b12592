const hours = { hours: 24 };
const later = { frequency: hours, initialDelay: hours, timeout: hours };

/** Who is in the company. The leaver signed in this morning, and is in the catalog no more. */
export const people = {
  owner: { name: 'sam', groups: ['team-orders'] },
  stranger: { name: 'ines', groups: ['team-payments'] },
  administrator: { name: 'ada', groups: ['platform-team'] },
  leaver: { name: 'lea', groups: ['team-orders', 'platform-team'] },
};

/** Static tokens of callers outside, by what they may reach. */
export const externalTokens = {
  /** Some plugin, but none of ours. */
  elsewhere: 'callers-elsewhere-0123456789abcdef',
  /** Our plugins, with a permission that none of their routes asks for. */
  narrow: 'callers-narrow-0123456789abcdef',
  /** Databases, to look. */
  reader: 'callers-reader-0123456789abcdef',
};

/** The people that the catalog knows, and all groups. */
export function organisation(): string {
  const known = Object.values(people).filter(each => each !== people.leaver);
  return [
    ...['team-orders', 'team-payments', 'platform-team'].map(name => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Group',
      metadata: { name },
      spec: { type: 'team', children: [] },
    })),
    ...known.map(({ name, groups }) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name },
      spec: { profile: { email: `${name}@example.com` }, memberOf: groups },
    })),
    {
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      kind: 'Template',
      metadata: {
        name: 'service',
        title: 'Service',
        description: 'Asks for a name and makes nothing.',
        tags: ['test'],
      },
      spec: {
        owner: 'group:default/platform-team',
        type: 'maintenance',
        parameters: [
          {
            title: 'Service',
            required: ['name'],
            properties: { name: { title: 'Name', type: 'string' } },
          },
        ],
        steps: [],
      },
    },
  ]
    .map(entity => JSON.stringify(entity))
    .join('\n---\n');
}

/** Laid over the shipped configuration: everything that runs by itself runs once at most. */
export function configuration(options: {
  organisationFile: string;
  filesHost: string;
  /** The ids of the plugins that have routes of ours. */
  plugins: string[];
}) {
  return {
    backend: {
      reading: { allow: [{ host: options.filesHost }] },
      auth: {
        externalAccess: [
          {
            type: 'static',
            options: { token: externalTokens.elsewhere, subject: 'elsewhere' },
            accessRestrictions: [{ plugin: 'search' }],
          },
          {
            type: 'static',
            options: { token: externalTokens.reader, subject: 'reader' },
            accessRestrictions: [
              { plugin: 'databases', permission: 'databases.database.read' },
            ],
          },
          {
            type: 'static',
            options: { token: externalTokens.narrow, subject: 'narrow' },
            accessRestrictions: options.plugins.map(plugin => ({
              plugin,
              permission: 'nothing.at.all',
            })),
          },
        ],
      },
      startup: {
        // Nobody looks at pages here, and they are not built.
        plugins: { app: { onPluginBootFailure: 'continue' } },
      },
    },
    auth: {
      // Agents sign in, and people's tokens say which groups they belong to.
      experimentalDynamicClientRegistration: { enabled: true },
      omitIdentityTokenOwnershipClaim: false,
    },
    catalog: {
      processingInterval: hours,
      providers: { slipwayDatabases: { schedule: later } },
      locations: [
        {
          type: 'file',
          target: options.organisationFile,
          rules: [{ allow: ['User', 'Group', 'Template'] }],
        },
      ],
    },
    search: {
      collators: {
        catalog: { schedule: later },
        techdocs: { schedule: later },
      },
    },
    techdocs: { builder: 'external' },
    approvals: { answerLinks: true },
    policies: {
      locations: [{ type: 'file', target: 'policies' }],
      sweep: { frequency: hours },
    },
    databases: {
      sealing: { keys: [{ id: 'test', key: '${SLIPWAY_SEALING_KEY}' }] },
      deletion: { graceHours: 0 },
      providers: {
        postgres: [
          {
            id: 'shared',
            title: 'Shared Postgres',
            environments: ['development', 'staging', 'production'],
            connection: {
              host: '${SLIPWAY_TENANTS_HOST}',
              port: '${SLIPWAY_TENANTS_PORT}',
              user: '${SLIPWAY_TENANTS_USER}',
              password: '${SLIPWAY_TENANTS_PASSWORD}',
            },
          },
        ],
      },
    },
  };
}
