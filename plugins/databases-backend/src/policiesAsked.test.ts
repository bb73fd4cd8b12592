import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

/** Says what it sees of an order, and refuses it. */
const TELLING = `apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: telling, title: Telling, description: For a test. }
spec:
  owner: platform-team
  mode: deny
  match: { kinds: [DatabaseRequest], operations: [create] }
  reason: Because.
  comply: Do otherwise.
  validations:
    - expression: has(object.pricePerMonth) && object.pricePerMonth.amount < 5.0
      field: size
      message: It costs too much.
      messageExpression: >-
        'It costs ' + string(object.pricePerMonth.amount) + ' ' + object.pricePerMonth.currency
    - expression: has(object.backup) && object.backup.enabled
      field: environment
      message: There are no backups.
    - expression: has(object.version) && object.version == '9'
      field: version
      message: It has no version.
      messageExpression: "'It has ' + object.version"
    - expression: object.owner == 'nobody' || request.environment == 'production'
      field: owner
      message: It is wrong.
      messageExpression: "'For ' + object.owner + ' in ' + request.environment"
`;

describe('policies that are asked about an order before it is made', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let tenants: Tenants;
  let folder: string;
  let plugin: Plugin;

  beforeAll(async () => {
    tenants = await startTenants();
    folder = await mkdtemp(path.join(tmpdir(), 'slipway-policies-'));
    await writeFile(path.join(folder, 'policy.yaml'), TELLING);
    const [knex, policiesKnex] = await Promise.all([
      databases.init('POSTGRES_18'),
      databases.init('POSTGRES_18'),
    ]);
    plugin = await startPlugin({
      knex,
      tenants,
      policies: { knex: policiesKnex, folder },
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
    await rm(folder, { recursive: true });
  });

  type Finding = { field: string; message: string };
  const messages = (findings: Finding[]) =>
    findings.map(({ field, message }) => [field, message]);
  const SAM = 'user:default/sam';

  it.each<[string, object]>([
    ['as it is ordered', {}],
    [
      'with what somebody says of it that is found out otherwise',
      {
        pricePerMonth: { amount: 1, currency: 'EUR' },
        backup: { enabled: true, retentionDays: 30 },
        encrypted: true,
      },
    ],
  ])('say the same to a form, an agent and the order, %s', async (_, said) => {
    const object = order('orders');
    const refused = await plugin.sam.post('/databases', object);
    expect(refused.status).toBe(403);
    const expected = messages(refused.body.error.findings);
    expect(expected).toEqual([
      ['size', 'It costs 9 EUR'],
      ['environment', 'There are no backups.'],
      ['version', expect.stringMatching(/^It has \d+$/)],
      ['owner', 'For group:default/team-orders in development'],
    ]);

    const question = {
      kind: 'DatabaseRequest',
      operation: 'create',
      object: { ...object, ...said },
    };
    const form = await plugin.askPolicies(SAM, '/evaluate', {
      ...question,
      // Not by what somebody says beside it either.
      environment: 'production',
    });
    expect([form.status, form.body.allowed]).toEqual([200, false]);
    expect(messages(form.body.findings)).toEqual(expected);

    const agent = await plugin.askPolicies(
      SAM,
      '/.backstage/actions/v1/actions/policies:evaluate/invoke',
      question,
    );
    expect([agent.status, agent.body.output.allowed]).toEqual([200, false]);
    expect(messages(agent.body.output.findings)).toEqual(expected);
  });

  it('answer while somebody types', async () => {
    const { status, body } = await plugin.askPolicies(SAM, '/evaluate', {
      kind: 'DatabaseRequest',
      operation: 'create',
      object: { name: 'orders', environment: '', size: '' },
    });
    expect([status, body.error]).toEqual([200, undefined]);
  });
});
