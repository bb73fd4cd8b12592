import { TestDatabases } from '@backstage/backend-test-utils';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('pauses', () => {
  let tenants: Tenants;
  let plugin: Plugin;

  beforeAll(async () => {
    const [knex, started] = await Promise.all([
      test.init('POSTGRES_18'),
      startTenants(),
    ]);
    tenants = started;
    plugin = await startPlugin({ knex, tenants });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const paused = {
    provider: { id: 'shared', title: 'Shared Postgres' },
    reason: 'Upgrade',
    actor: 'user:default/nora',
  };

  it('hold up orders until they are lifted, and may be repeated', async () => {
    for (let twice = 0; twice < 2; twice += 1) {
      const { body } = await plugin.nora
        .put('/pauses/shared', { reason: 'Upgrade' })
        .expect(200);
      expect(body).toMatchObject(paused);
    }
    const { body: list } = await plugin.nora.get('/pauses').expect(200);
    expect(list.items).toMatchObject([paused]);
    const { body: other } = await plugin.nora
      .put('/pauses/shared', { reason: 'Something else' })
      .expect(409);
    expect(other.error.message).toBe(
      'Shared Postgres is paused already by user:default/nora: Upgrade',
    );

    const { body } = await plugin.sam
      .post('/databases', order('held-db'))
      .expect(202);
    const held = await plugin.until(
      `/operations/${body.operation.id}`,
      'waiting',
    );
    expect(held).toMatchObject({
      pause: { title: 'Shared Postgres', reason: 'Upgrade' },
    });
    const { body: timeline } = await plugin.sam.get(
      `/databases/${body.database.id}/events`,
    );
    expect(timeline.items.at(-1)).toMatchObject({
      type: 'operation.paused',
      message: 'Held up, because Shared Postgres is paused: Upgrade',
    });
    expect(await tenants.databases()).toEqual([]);

    for (let twice = 0; twice < 2; twice += 1) {
      await plugin.nora.delete('/pauses/shared').expect(204);
    }
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect((await plugin.nora.get('/pauses')).body.items).toEqual([]);
    expect(plugin.audit).toContainEqual({
      eventId: 'provider-pause',
      status: 'succeeded',
      meta: { providerId: 'shared', reason: 'Upgrade' },
    });
    expect(plugin.audit).toContainEqual({
      eventId: 'provider-unpause',
      status: 'succeeded',
      meta: { providerId: 'shared' },
    });
  });

  it('do not keep anybody from calling off what they hold up', async () => {
    await plugin.nora.put('/pauses/shared', { reason: 'Upgrade' }).expect(200);
    const { body } = await plugin.sam
      .post('/databases', order('regret-db'))
      .expect(202);
    const { id } = body.database;
    const held = await plugin.until(
      `/operations/${body.operation.id}`,
      'waiting',
    );
    expect(held).toMatchObject({ cancel: 'at-once' });
    await plugin.ines.post(`/databases/${id}/cancel`).expect(403);
    await plugin.sam.post('/databases', order('regret-db')).expect(409);

    // Asking twice with one key is asking once.
    for (let twice = 0; twice < 2; twice += 1) {
      const cancelled = await plugin.sam
        .post(`/databases/${id}/cancel`, {}, 'regret')
        .expect(202);
      expect(cancelled.body).toMatchObject({
        database: { id, state: 'deleted' },
        operation: { id: body.operation.id, state: 'cancelled' },
      });
    }
    const again = await plugin.sam.post(`/databases/${id}/cancel`).expect(409);
    expect(again.body.error.message).toMatch(/Nothing is under way/);
    expect(plugin.audit).toContainEqual({
      eventId: 'database-cancel',
      status: 'succeeded',
      meta: {
        databaseId: id,
        environment: 'development',
        name: 'regret-db',
        operationId: body.operation.id,
        operationType: 'create',
      },
    });

    // The name is free at once, and what was called off is not made later.
    const { body: second } = await plugin.sam
      .post('/databases', order('regret-db'))
      .expect(202);
    await plugin.nora.delete('/pauses/shared').expect(204);
    await plugin.until(`/operations/${second.operation.id}`, 'succeeded');
    expect(
      (await tenants.databases()).filter(name => name.startsWith('regret')),
    ).toHaveLength(1);
  });

  it('are for administrators', async () => {
    await plugin.sam.get('/pauses').expect(403);
    await plugin.sam.put('/pauses/shared', { reason: 'Mine' }).expect(403);
    await plugin.sam.delete('/pauses/shared').expect(403);
    expect((await plugin.nora.get('/pauses')).body.items).toEqual([]);
  });

  it.each([
    ['shared', {}, 400, /reason is missing/],
    ['shared', { reason: '  ' }, 400, /reason is empty/],
    ['shared', { reason: 'a\u0000' }, 400, /body\.reason holds a character/],
    ['shared', { reason: 'x'.repeat(301) }, 400, /reason is too long/],
    ['nowhere', { reason: 'Why' }, 404, /Choose one of shared/],
  ])('refuse %s with %j', async (provider, body, status, message) => {
    const answer = await plugin.nora.put(`/pauses/${provider}`, body);
    expect(answer.body.error?.message).toMatch(message);
    expect(answer.status).toBe(status);
    expect((await plugin.nora.get('/pauses')).body.items).toEqual([]);
  });
});
