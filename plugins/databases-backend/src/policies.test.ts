import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const policy = (
  name: string,
  mode: string,
  validation: { expression: string; field: string },
  match = '{ kinds: [DatabaseRequest] }',
) => `apiVersion: slipway.dev/v1alpha1
kind: Policy
metadata: { name: ${name}, title: ${name}, description: For a test. }
spec:
  owner: platform-team
  mode: ${mode}
  match: ${match}
  reason: Because.
  comply: Do otherwise.
  validations:
    - expression: ${JSON.stringify(validation.expression)}
      field: ${validation.field}
      message: It is wrong.
`;
const noPrefix = (mode: string) =>
  policy('prefix', mode, {
    expression: "object.name.startsWith('ord-')",
    field: 'name',
  });

describe('policies', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let tenants: Tenants;
  let folder: string;
  let plugin: Plugin;
  let knex: Knex;
  let policiesKnex: Knex;

  const write = (text: string) =>
    writeFile(path.join(folder, 'policy.yaml'), text);
  /** Called when the catalog is asked. */
  let onCatalogAsked = async (_ref: string) => undefined as void;
  const start = async (approvalsKnex?: Knex) => {
    plugin = await startPlugin({
      knex,
      tenants,
      onCatalogAsked: ref => onCatalogAsked(ref),
      policies: { knex: policiesKnex, folder },
      ...(approvalsKnex && {
        approvals: {
          knex: approvalsKnex,
          rules: [
            {
              environment: 'development',
              sizes: ['small'],
              groups: ['group:default/platform-team'],
              required: 1,
            },
          ],
        },
      }),
    });
  };
  beforeAll(async () => {
    tenants = await startTenants();
  });
  afterAll(() => tenants.stop());

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'slipway-policies-'));
    [knex, policiesKnex] = await Promise.all([
      databases.init('POSTGRES_18'),
      databases.init('POSTGRES_18'),
    ]);
    onCatalogAsked = async () => undefined;
    await write(noPrefix('deny'));
    await start();
  });
  afterEach(async () => {
    await plugin.stop();
    await rm(folder, { recursive: true });
  });

  const change = async (text: string) => {
    await write(text);
    await plugin.scheduler.triggerTask('policies-locations');
  };
  const sam = () => plugin.sam;

  it('refuse an order before anything is done, and name the field', async () => {
    const { status, body } = await sam().post('/databases', order('orders'));
    expect([status, body.error]).toEqual([
      403,
      {
        name: 'NotAllowedError',
        message: 'prefix (name): It is wrong. Because. Do otherwise.',
        findings: [
          expect.objectContaining({
            policy: 'prefix',
            field: 'name',
            comply: 'Do otherwise.',
          }),
        ],
      },
    ]);
    expect((await sam().get('/databases')).body.totalItems).toBe(0);
    expect(plugin.audit).toContainEqual(
      expect.objectContaining({ eventId: 'database-create', status: 'failed' }),
    );
    expect((await sam().post('/databases', order('ord-orders'))).status).toBe(
      202,
    );
  });

  it('warn with the accepted answer, and answer a repeated order though they have changed', async () => {
    await change(noPrefix('warn'));
    const ask = () => sam().post('/databases', order('orders'), 'the-key');
    const first = await ask();
    expect([first.status, first.body.warnings]).toEqual([
      202,
      [expect.objectContaining({ policy: 'prefix', field: 'name' })],
    ]);
    await change(noPrefix('deny'));
    const again = await ask();
    const { id } = first.body.database;
    expect([again.status, again.body.database.id]).toEqual([202, id]);
    // Once, and for whoever looks later.
    const { items } = (await sam().get(`/databases/${id}/events`)).body;
    expect(
      items.filter(({ type }: { type: string }) => type === 'policies.warned'),
    ).toEqual([
      expect.objectContaining({
        message: 'Warning, "prefix": It is wrong. Do otherwise.',
      }),
    ]);
  });

  it('refuse deletions where they say so', async () => {
    await change(
      policy(
        'kept',
        'deny',
        { expression: "request.operation != 'delete'", field: 'name' },
        '{ kinds: [DatabaseRequest], operations: [delete] }',
      ),
    );
    const id = await plugin.ready('kept');
    const refused = await sam().post(`/databases/${id}/delete`);
    expect([refused.status, refused.body.error.findings]).toEqual([
      403,
      [expect.objectContaining({ policy: 'kept' })],
    ]);
    expect((await sam().get(`/databases/${id}`)).body.state).toBe('ready');
  });

  it('are asked about the new owner when a database is handed on', async () => {
    const id = await plugin.ready('ord-orders');
    await change(
      policy(
        'owners',
        'deny',
        {
          expression:
            "object.owner == oldObject.owner || object.owner == 'group:default/platform-team'",
          field: 'owner',
        },
        '{ kinds: [DatabaseRequest], operations: [update] }',
      ),
    );
    const handOn = (owner: string) =>
      plugin.nora.post(`/databases/${id}/owner`, { owner, reason: 'A test' });
    const refused = await handOn('team-payments');
    expect([refused.status, refused.body.error.findings]).toEqual([
      403,
      [expect.objectContaining({ policy: 'owners', field: 'owner' })],
    ]);
    expect((await sam().get(`/databases/${id}`)).body).toMatchObject({
      owner: 'group:default/team-orders',
      revision: 1,
    });
    const { body } = await handOn('platform-team').expect(202);
    expect(body.database.owner).toBe('group:default/platform-team');
  });

  /** An order that waits for approval. */
  const waiting = async (name: string) => {
    const { body } = await sam().post('/databases', order(name));
    const { id } = body.database as { id: string };
    await plugin.until(`/databases/${id}`, 'awaiting-approval');
    const nora = plugin.approvalsAs('user:default/nora');
    let approval: { id: string } | undefined;
    while (!approval) {
      approval = (await nora.list()).body.items[0];
    }
    const question = approval.id;
    return { id, approve: () => nora.vote(question, { answer: 'approve' }) };
  };
  const forMembers = policy('members', 'deny', {
    expression: "'group:default/team-orders' in request.user.groups",
    field: 'owner',
  });
  it.each<[string, () => void, string, RegExp]>([
    ['is a member still', () => undefined, 'ready', /"state":"ready"/],
    [
      'has left the group',
      () => plugin.membership.set('user:default/sam', []),
      'failed',
      /members \(owner\): It is wrong/,
    ],
    [
      'has left the company',
      () => plugin.membership.delete('user:default/sam'),
      'failed',
      /user:default\/sam ordered it and is not in the catalog any more/,
    ],
  ])(
    'know the groups of now of who ordered, who %s',
    async (_, leave, state, says) => {
      await plugin.stop();
      await start(await databases.init('POSTGRES_18'));
      await change(forMembers);
      const { id, approve } = await waiting('orders');
      leave();
      await approve();
      await plugin.until(`/databases/${id}`, state);
      const { body } = await plugin.nora.get(`/databases/${id}`);
      expect(JSON.stringify(body)).toMatch(says);
    },
  );

  it('let nothing begin while the catalog does not say who ordered', async () => {
    await plugin.stop();
    await start(await databases.init('POSTGRES_18'));
    await change(forMembers);
    const { id, approve } = await waiting('ledger');
    let asked = 0;
    onCatalogAsked = async ref => {
      if (ref !== 'user:default/sam') return;
      asked += 1;
      throw new Error('The catalog is away');
    };
    await approve();
    while (asked < 2) await new Promise(resolve => setTimeout(resolve, 50));
    const { body } = await sam().get(`/databases/${id}`);
    expect(body.state).toBe('provisioning');
    const { rows } = await tenants.admin.query(
      `SELECT 1 FROM pg_database WHERE datname LIKE '%ledger%'`,
    );
    expect(rows).toEqual([]);
    onCatalogAsked = async () => undefined;
    await plugin.until(`/databases/${id}`, 'ready');
  });

  it('are asked again when an order that was approved begins', async () => {
    await plugin.stop();
    await start(await databases.init('POSTGRES_18'));
    const { id, approve } = await waiting('ord-orders');
    await change(
      policy('small', 'deny', {
        expression: "object.size == 'large'",
        field: 'size',
      }),
    );
    await approve();
    await plugin.until(`/databases/${id}`, 'failed');
    const { body: failed } = await sam().get(`/databases/${id}`);
    expect(JSON.stringify(failed)).toContain('small (size): It is wrong.');
    // Trying again asks, too.
    expect((await sam().post(`/databases/${id}/retry`)).status).toBe(403);
  });

  it('allow nothing while they cannot be asked', async () => {
    await policiesKnex.schema.renameTable('policy_state', 'away');
    const { status, body } = await sam().post(
      '/databases',
      order('ord-orders'),
    );
    expect([status, body.error.message]).toEqual([
      503,
      expect.stringContaining('nothing is allowed without'),
    ]);
    expect((await sam().get('/databases')).body.totalItems).toBe(0);
  });
});
