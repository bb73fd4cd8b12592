import { mockServices } from '@backstage/backend-test-utils';
import { readDatabasesConfig } from './config';

const key = Buffer.alloc(32).toString('base64');
const read = (databases: object) =>
  readDatabasesConfig(
    mockServices.rootConfig({ data: { databases: { ...databases } } }),
  );

it('fills in what is left out', () => {
  expect(read({ sealing: { keys: [{ id: 'a', key }] } })).toMatchObject({
    personalLogins: { defaultHours: 8, maxHours: 72 },
    deletion: { graceHours: 168 },
    retention: {
      outboxDays: 7,
      deletedDatabasesDays: 400,
      endedLoginsDays: 400,
    },
  });
});

it('reads groups as the catalog writes them, and asks for one of them', () => {
  const { approvals } = read({
    sealing: { keys: [{ id: 'a', key }] },
    environments: [{ name: 'production', title: 'Production' }],
    approvals: [
      {
        environment: 'production',
        sizes: ['large'],
        groups: ['platform-team'],
      },
    ],
  });
  expect(approvals).toMatchObject([
    { groups: ['group:default/platform-team'], required: 1 },
  ]);
});

it('needs no sealing key when nothing is sealed here', () => {
  expect(read({ secrets: { store: 'vault', vault: {} } })).toMatchObject({
    secrets: { store: 'vault', previous: [] },
    sealingKeys: [],
  });
});

it('leaves what another store of backups needs to it', () => {
  const sealing = { keys: [{ id: 'a', key }] };
  const recipients = [
    'age1xhx6qgpfceskq0n8uyzm3xyu376ngs7p068a69y08lzwr866epqs56ulf9',
  ];
  const { backups } = read({
    sealing,
    backups: { store: 's3', s3: { bucket: 'backups' }, recipients },
  });
  expect(backups).toMatchObject({ store: 's3', keepDays: 30, recipients });
});

it.each([
  [{}, /databases\.sealing/],
  [
    { secrets: { store: 'vault', previous: ['sealed'] } },
    /databases\.sealing\.keys is missing/,
  ],
  [
    {
      sealing: { keys: [{ id: 'a', key }] },
      secrets: { previous: ['sealed'] },
    },
    /databases\.secrets\.previous has the store that is used now/,
  ],
  [
    { sealing: { keys: [{ id: 'a', key }] }, retention: { outboxDays: 0 } },
    /databases\.retention\.outboxDays/,
  ],
  [
    { sealing: { keys: [] } },
    /databases\.sealing\.keys must name at least one key/,
  ],
  [
    { sealing: { keys: [{ id: 'a', key: 'c2hvcnQ=' }] } },
    /keys\.0\.key must be 32 bytes/,
  ],
  [
    {
      sealing: {
        keys: [
          { id: 'a', key },
          { id: 'a', key },
        ],
      },
    },
    /same id twice/,
  ],
  [
    {
      sealing: { keys: [{ id: 'a', key }] },
      personalLogins: { defaultHours: 9, maxHours: 8 },
    },
    /defaultHours is more than maxHours/,
  ],
  [
    {
      sealing: { keys: [{ id: 'a', key }] },
      environments: [{ name: 'production', title: 'Production' }],
      approvals: [{ environment: 'prod', sizes: ['large'], groups: ['a'] }],
    },
    /databases\.approvals\.0\.environment is none of databases\.environments/,
  ],
  [
    {
      sealing: { keys: [{ id: 'a', key }] },
      // The identity, which nobody may have, in place of the recipient.
      backups: { recipients: ['AGE-SECRET-KEY-1C2hvcnQ='] },
    },
    /databases\.backups\.recipients\.0 must be a recipient of age/,
  ],
])('refuses %j and repeats no value', (config, message) => {
  expect(() => read(config)).toThrow(message);
  expect(() => read(config)).not.toThrow(/c2hvcnQ=/);
});
