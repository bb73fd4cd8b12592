const groups = ['platform-team', 'team-orders'];

/** Who can sign in, as the identity provider knows them. Vera is in no catalog. */
export const people = [
  person('ada.admin', ['platform-team']),
  person('sam.developer', ['team-orders']),
  person('vera.visitor', []),
];

/** The same people and their groups as catalog entities. */
export const organisation = [
  ...groups.map(name => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name },
    spec: { type: 'team', children: [] },
  })),
  ...people
    .filter(({ groups: memberOf }) => memberOf.length > 0)
    .map(({ name, displayName, email, groups: memberOf }) => ({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'User',
      metadata: { name },
      spec: { profile: { displayName, email }, memberOf },
    })),
]
  .map(entity => JSON.stringify(entity))
  .join('\n---\n');

/** A template whose author was careless with the secret that it is given. */
export const carelessTemplate = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: {
    name: 'careless',
    title: 'Careless',
    description: 'Prints the secret that it is given.',
    tags: ['test'],
  },
  spec: {
    owner: 'group:default/platform-team',
    type: 'maintenance',
    parameters: { properties: { fails: { type: 'boolean' } } },
    steps: [
      {
        id: 'print',
        action: 'debug:log',
        input: { message: 'The token is ${{ secrets.apiToken }}, keep it.' },
      },
      {
        id: 'fail',
        if: '${{ parameters.fails }}',
        action: 'catalog:fetch',
        input: { entityRef: 'component:default/there-is-none' },
      },
    ],
  },
};

function person(name: string, memberOf: string[]) {
  return {
    name,
    displayName: name,
    email: `${name}@example.com`,
    groups: memberOf,
    description: name,
  };
}
