import { randomUUID } from 'node:crypto';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('orders that wait for approval', () => {
  const nora = 'user:default/nora';
  const mateo = 'user:default/mateo';
  let tenants: Tenants;
  let plugin: Plugin;
  let knex: Knex;
  let approvalsKnex: Knex;

  beforeAll(async () => {
    tenants = await startTenants();
    knex = await databases.init('POSTGRES_18');
    approvalsKnex = await databases.init('POSTGRES_18');
    plugin = await startPlugin({
      knex,
      tenants,
      approvals: {
        knex: approvalsKnex,
        rules: [
          {
            environment: 'staging',
            sizes: ['small'],
            groups: ['platform-team'],
            required: 1,
          },
        ],
      },
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const staging = (name: string) => order(name, { environment: 'staging' });
  const pathOf = (name: string) => `/databases/by-name/staging/${name}`;
  /** Orders, and waits until the question is asked; the approval's id. */
  async function ordered(name: string): Promise<string> {
    const { body } = await plugin.sam.post('/databases', staging(name));
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    const { body: database } = await plugin.sam.get(pathOf(name));
    expect(database.state).toBe('awaiting-approval');
    return database.approvalId;
  }
  const vote = (id: string, extra: object = {}) =>
    plugin.approvalsAs(nora).vote(id, { answer: 'approve', ...extra });

  it('are made when they are approved, and not before', async () => {
    const id = await ordered('approved-db');
    expect(await tenants.databases()).not.toContainEqual(
      expect.stringContaining('approved'),
    );
    const { body } = await plugin.approvalsAs(nora).list();
    expect(body.items).toMatchObject([
      {
        id,
        title: 'Order approved-db for staging',
        link: '/databases/staging/approved-db',
        facts: expect.arrayContaining([
          { label: 'Size', value: 'small, 1 GiB' },
          { label: 'Price', value: '9 EUR a month' },
        ]),
        requester: 'user:default/sam',
        owner: 'group:default/team-orders',
      },
    ]);
    expect((await vote(id)).body.state).toBe('approved');
    await plugin.until(pathOf('approved-db'), 'ready');
  });

  it('are not asked about elsewhere', async () => {
    const id = await plugin.ready('free-db');
    const { body } = await plugin.sam.get(`/databases/${id}`);
    expect(body).toMatchObject({ state: 'ready', environment: 'development' });
    expect(body.approvalId).toBeUndefined();
  });

  it('fail with the reason when they are rejected, and may be asked anew', async () => {
    const id = await ordered('rejected-db');
    await vote(id, { answer: 'reject', reason: 'Too early' });
    const failed = await plugin.until(pathOf('rejected-db'), 'failed');
    expect(failed.stateReason).toMatch(/^The approval was rejected: Too early/);
    await plugin.sam.post(`/databases/${failed.id}/retry`);
    await plugin.until(pathOf('rejected-db'), 'awaiting-approval');
    let next = id;
    while (next === id) {
      next = (await plugin.sam.get(pathOf('rejected-db'))).body.approvalId;
    }
    await vote(next);
    await plugin.until(pathOf('rejected-db'), 'ready');
  });

  it.each(['retry', 'hand-on'] as const)(
    'are not decided about by whoever asks anew (%s)',
    async how => {
      const name = `anew-${how}-db`;
      const id = await ordered(name);
      const { body: waiting } = await plugin.sam.get(pathOf(name));
      if (how === 'retry') {
        const reject = { answer: 'reject', reason: 'Too early' };
        await plugin.approvalsAs(mateo).vote(id, reject);
        await plugin.until(pathOf(name), 'failed');
        await plugin.nora.post(`/databases/${waiting.id}/retry`).expect(202);
      } else {
        await plugin.nora
          .post(`/databases/${waiting.id}/owner`, {
            owner: 'group:default/team-payments',
            reason: 'Theirs now',
          })
          .expect(202);
      }
      let next = id;
      while (next === id) {
        next = (await plugin.nora.get(pathOf(name))).body.approvalId;
      }
      const refused = await vote(next);
      expect([refused.status, refused.body.error.message]).toEqual([
        403,
        expect.stringMatching(/made what is decided about/),
      ]);
      const { body } = await plugin.approvalsAs(mateo).list();
      expect(
        body.items.find((item: { id: string }) => item.id === next).facts,
      ).toContainEqual({ label: 'Asked anew by', value: nora });
      await plugin.approvalsAs(mateo).vote(next, { answer: 'approve' });
      await plugin.until(pathOf(name), 'ready');
    },
  );

  it('say the way out when all who could decide have asked anew', async () => {
    const name = 'nobody-left-db';
    await ordered(name);
    const { body } = await plugin.sam.get(pathOf(name));
    const handOn = async (by: typeof plugin.nora, owner: string) => {
      const { body: handed } = await by
        .post(`/databases/${body.id}/owner`, { owner, reason: 'Theirs now' })
        .expect(202);
      return `/operations/${handed.operation.id}`;
    };
    const first = await handOn(plugin.nora, 'group:default/team-payments');
    await plugin.until(first, 'succeeded');
    await handOn(plugin.mateo, 'group:default/team-orders');
    const failed = await plugin.until(pathOf(name), 'failed');
    expect(failed.stateReason).toMatch(
      /has 0 who may decide.*\. user:default\/mateo and user:default\/nora tried this order again or handed it on, and so do not decide about it\. Delete it and have it ordered anew/,
    );
    // As it says.
    const { body: deleted } = await plugin.sam
      .post(`/databases/${failed.id}/delete`)
      .send({})
      .expect(202);
    await plugin.until(`/operations/${deleted.operation.id}`, 'succeeded');
    const again = await ordered(name);
    expect((await vote(again)).body.state).toBe('approved');
    await plugin.until(pathOf(name), 'ready');
  });

  const cancel = (id: string) =>
    plugin.sam.post(`/databases/${id}/cancel`).expect(202);

  it('are cancelled at once, whatever the server does, and so is the question', async () => {
    const id = await ordered('unwanted-db');
    const { body } = await plugin.sam.get(pathOf('unwanted-db'));
    await plugin.nora.put('/pauses/shared', { reason: 'Maintenance' });
    const cancelled = await cancel(body.id);
    expect(cancelled.body.database.state).toBe('deleted');
    await plugin.sam.get(pathOf('unwanted-db')).expect(404);
    const again = await plugin.sam
      .post('/databases', staging('unwanted-db'), 'again')
      .expect(202);
    expect(again.body.database.id).not.toBe(body.id);
    const path = `/operations/${cancelled.body.operation.id}`;
    await plugin.until(path, 'succeeded');
    const refused = await vote(id);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringMatching(/withdrawn already/),
    ]);
    // Sam cancelled it, and is not told of that.
    expect(
      plugin.notifications.filter(({ payload }) =>
        /unwanted-db.*(withdrawn|cancelled)/.test(payload.title),
      ),
    ).toEqual([]);
    await plugin.nora.delete('/pauses/shared').expect(204);
    await cancel(again.body.database.id);
  });

  it('tell who ordered when an administrator cancels, once', async () => {
    await ordered('told-db');
    const { body } = await plugin.sam.get(pathOf('told-db'));
    const cancelled = await plugin.nora
      .post(`/databases/${body.id}/cancel`)
      .expect(202);
    await plugin.until(
      `/operations/${cancelled.body.operation.id}`,
      'succeeded',
    );
    const titles = () =>
      plugin.notifications
        .map(({ payload }) => payload.title)
        .filter(title =>
          /told-db.*(withdrawn|succeeded|cancelled)$/.test(title),
        );
    await waitFor(() => expect(titles()).not.toEqual([]));
    await plugin.scheduler.triggerTask('databases-notify');
    expect(titles()).toEqual(['Order told-db for staging: withdrawn']);
  });

  it('cannot be deleted instead, and are cancelled only once', async () => {
    await ordered('once-db');
    const { body } = await plugin.sam.get(pathOf('once-db'));
    const deletion = await plugin.sam.post(`/databases/${body.id}/delete`);
    expect([deletion.status, deletion.body.error.message]).toEqual([
      409,
      'There is nothing to delete yet: it waits for approval. Cancel the order instead.',
    ]);
    const answers = await Promise.all(
      [1, 2, 3].map(() => plugin.sam.post(`/databases/${body.id}/cancel`)),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted.length).toBeGreaterThan(0);
    expect(answers.every(({ status }) => [202, 409].includes(status))).toBe(
      true,
    );
    expect(new Set(accepted.map(answer => answer.body.operation.id)).size).toBe(
      1,
    );
    await waitFor(async () =>
      expect(
        await knex('operations_resources').where({ id: body.id }).first(),
      ).toMatchObject({ state: 'deleted' }),
    );
  });

  it('are cancelled at once also while nobody can be asked', async () => {
    await approvalsKnex.raw(
      'ALTER TABLE approval_requests RENAME TO approval_requests_away',
    );
    const { body } = await plugin.sam.post('/databases', staging('early-db'));
    await plugin.until(`/operations/${body.operation.id}`, 'waiting');
    const cancelled = await cancel(body.database.id);
    expect(cancelled.body).toMatchObject({
      database: { state: 'deleted' },
      operation: { type: 'ask-approval', calledOff: true },
    });
    await plugin.sam.get(pathOf('early-db')).expect(404);
    await approvalsKnex.raw(
      'ALTER TABLE approval_requests_away RENAME TO approval_requests',
    );
    await knex('operations_operations')
      .where({ id: body.operation.id })
      .update({ wake_at: new Date() });
    await plugin.until(`/operations/${body.operation.id}`, 'cancelled');
    const { body: open } = await plugin.approvalsAs(nora).list();
    expect(open.items).not.toContainEqual(
      expect.objectContaining({
        title: 'Order early-db for staging',
        state: 'pending',
      }),
    );
  });

  it('are cancelled at once also when they were approved and the server is held up', async () => {
    await plugin.nora.put('/pauses/shared', { reason: 'Maintenance' });
    const id = await ordered('held-db');
    const { body } = await plugin.sam.get(pathOf('held-db'));
    await vote(id);
    await plugin.until(pathOf('held-db'), 'provisioning');
    const { body: approved } = await plugin.sam.get(pathOf('held-db'));
    await plugin.until(`/operations/${approved.operationId}`, 'waiting');
    const cancelled = await cancel(body.id);
    expect(cancelled.body).toMatchObject({
      database: { state: 'deleted' },
      operation: { type: 'create', calledOff: true },
    });
    await plugin.sam.get(pathOf('held-db')).expect(404);
    await plugin.nora.delete('/pauses/shared').expect(204);
    await plugin.until(`/operations/${approved.operationId}`, 'cancelled');
    expect(await tenants.databases()).not.toContainEqual(
      expect.stringContaining('held'),
    );
  });

  it('hold their name until what was made before is removed', async () => {
    await ordered('partly-db');
    const { body } = await plugin.sam.get(pathOf('partly-db'));
    await madeBefore(body.id);
    const cancelled = await cancel(body.id);
    expect(cancelled.body).toMatchObject({
      database: { state: 'awaiting-approval' },
      operation: { type: 'clean' },
    });
    const ended = await plugin.until(
      `/operations/${cancelled.body.operation.id}`,
      'succeeded',
    );
    expect(ended).toMatchObject({
      steps: [
        { id: 'destroy' },
        { id: 'forget-secrets' },
        { id: 'withdraw-question' },
      ],
    });
    const refused = await vote(body.approvalId);
    expect(refused.status).toBe(409);
    await plugin.sam.get(pathOf('partly-db')).expect(404);
  });

  /** As if it had been approved and made in part, and then asked about anew. */
  async function madeBefore(databaseId: string) {
    const id = randomUUID();
    const at = new Date(0);
    await knex('operations_operations').insert({
      id,
      type: 'create',
      resource_id: databaseId,
      state: 'failed',
      input: {},
      actor: 'user:default/sam',
      created_at: at,
      updated_at: at,
      finished_at: at,
    });
    await knex('operations_steps').insert({
      operation_id: id,
      step_id: 'create-roles',
      position: 1,
      title: 'Create roles',
      state: 'failed',
      attempt: 1,
    });
  }

  it('are not made when what was approved is not what would be made', async () => {
    const id = await ordered('changed-db');
    const { body } = await plugin.sam.get(pathOf('changed-db'));
    // As if the order had changed between the decision and the work.
    await knex('databases').where({ id: body.id }).update({ owner: 'other' });
    await vote(id);
    const failed = await plugin.until(pathOf('changed-db'), 'failed');
    expect(failed.stateReason).toMatch(/does not hold any more/);
    expect(await tenants.databases()).not.toContainEqual(
      expect.stringContaining('changed'),
    );
  });

  it('are asked about anew when they were handed on, and what was decided before counts no more', async () => {
    const id = await ordered('handed-db');
    const { body } = await plugin.sam.get(pathOf('handed-db'));
    const handed = await plugin.nora
      .post(`/databases/${body.id}/owner`, {
        owner: 'team-payments',
        reason: 'They asked for it.',
      })
      .expect(202);
    expect(handed.body).toMatchObject({
      database: {
        state: 'awaiting-approval',
        owner: 'group:default/team-payments',
      },
      operation: { type: 'ask-approval' },
    });
    await plugin.until(`/operations/${handed.body.operation.id}`, 'succeeded');
    const late = await vote(id);
    expect([late.status, late.body.error.message]).toEqual([
      409,
      expect.stringMatching(/superseded/),
    ]);
    const { body: waiting } = await plugin.sam.get(pathOf('handed-db'));
    expect(waiting).toMatchObject({ state: 'awaiting-approval' });
    expect(waiting.approvalId).not.toBe(id);
    const { body: open } = await plugin.approvalsAs(mateo).list();
    expect(open.items).toContainEqual(
      expect.objectContaining({
        id: waiting.approvalId,
        owner: 'group:default/team-payments',
      }),
    );
    await plugin
      .approvalsAs(mateo)
      .vote(waiting.approvalId, { answer: 'approve' });
    await plugin.until(pathOf('handed-db'), 'ready');
    const { rows } = await tenants.admin.query(
      `SELECT owner FROM slipway.databases WHERE name = 'handed-db'`,
    );
    expect(rows).toEqual([{ owner: 'group:default/team-payments' }]);
  });

  it('leave no question behind when they are cancelled while they are asked about anew', async () => {
    await ordered('undecided-db');
    const { body } = await plugin.sam.get(pathOf('undecided-db'));
    await approvalsKnex.raw(
      'ALTER TABLE approval_requests RENAME TO approval_requests_away',
    );
    const handed = await plugin.nora
      .post(`/databases/${body.id}/owner`, {
        owner: 'team-payments',
        reason: 'They asked for it.',
      })
      .expect(202);
    const path = `/operations/${handed.body.operation.id}`;
    await plugin.until(path, 'waiting');
    const cancelled = await plugin.ines
      .post(`/databases/${body.id}/cancel`)
      .expect(202);
    expect(cancelled.body.database.state).toBe('deleted');
    await approvalsKnex.raw(
      'ALTER TABLE approval_requests_away RENAME TO approval_requests',
    );
    await knex('operations_operations')
      .where({ id: handed.body.operation.id })
      .update({ wake_at: new Date() });
    await plugin.until(path, 'cancelled');
    const { body: open } = await plugin.approvalsAs(nora).list();
    expect(open.items).not.toContainEqual(
      expect.objectContaining({ title: 'Order undecided-db for staging' }),
    );
  });

  it('go on by the sweep when the hint was lost', async () => {
    const id = await ordered('late-db');
    await knex('databases')
      .where({ approval_id: id })
      .update({ approval_id: null });
    await vote(id);
    await new Promise(resolve => setTimeout(resolve, 500));
    expect((await plugin.sam.get(pathOf('late-db'))).body.state).toBe(
      'awaiting-approval',
    );
    await plugin.scheduler.triggerTask('databases-look-at-approvals');
    await plugin.until(pathOf('late-db'), 'ready');
  });
});

async function waitFor(check: () => unknown): Promise<void> {
  for (const end = Date.now() + 30_000; ;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
