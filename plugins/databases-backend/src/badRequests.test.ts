import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import request from 'supertest';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('what is wrong with a request', () => {
  let plugin: Plugin;

  beforeAll(async () => {
    plugin = await startPlugin({
      knex: await databases.init('POSTGRES_18'),
      // Nobody is there: orders wait.
      tenants: { port: 1, password: 'x' },
    });
  });
  afterAll(() => plugin?.stop());

  it('is that a field is of another type, not that it is missing', async () => {
    const { status, body } = await plugin.sam.post('/databases', {
      ...order('typed-db'),
      name: 123,
    });
    expect([status, body.error.message]).toEqual([
      400,
      'name is not text. Give the database a name.',
    ]);
  });

  it('is that the key is too long', async () => {
    const { status, body } = await plugin.sam.post(
      '/databases',
      order('keyed-db'),
      'k'.repeat(256),
    );
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringMatching(/^Idempotency-Key is 256 characters long/),
    ]);
  });

  it('is that it is no JSON', async () => {
    const { status, body } = await request(plugin.server)
      .post('/api/databases/databases')
      .set('authorization', mockCredentials.user.header('user:default/sam'))
      .set('idempotency-key', 'plain')
      .set('content-type', 'text/plain')
      .send('name: plain-db');
    expect([status, body.error.message]).toEqual([
      400,
      'The body is sent as text/plain, and only JSON is read. Send JSON, with the header content-type: application/json.',
    ]);
  });

  it('is that a reason has two lines, or that a state does not fit', async () => {
    const { body } = await plugin.sam
      .post('/databases', order('waiting-db'))
      .expect(202);
    const { id } = body.database;
    const login = await plugin.sam.post(`/databases/${id}/personal-logins`, {
      reason: 'one\ntwo',
    });
    expect([login.status, login.body.error.message]).toEqual([
      400,
      'reason contains a line break or a control character. Write it in one line.',
    ]);
    await plugin.until(`/operations/${body.operation.id}`, 'waiting');
    await plugin.sam.post(`/databases/${id}/cancel`).expect(202);
    await plugin.until(`/operations/${body.operation.id}`, 'cancelled');
    const suspended = await plugin.sam.post(`/databases/${id}/suspend`);
    expect([suspended.status, suspended.body.error.message]).toEqual([
      409,
      '"Suspend the database" is for a database that is ready. This one is deleted.',
    ]);
  });

  it('is told only to who may make the request, and others are refused on record', async () => {
    const { body } = await plugin.sam
      .post('/databases', order('secret-db'))
      .expect(202);
    const { id } = body.database;
    const requests: [string, object, string][] = [
      ['delete', { confirmName: 1 }, 'database-delete'],
      ['suspend', { fits: 'nothing' }, 'database-suspend'],
      ['owner', {}, 'database-hand-on'],
      ['personal-logins', { hours: 'many' }, 'personal-login-create'],
    ];
    for (const [what, wrong, eventId] of requests) {
      const path = `/databases/${id}/${what}`;
      plugin.audit.length = 0;
      const mine = await plugin.sam.post(path, wrong);
      expect([what, mine.status]).toEqual([what, 400]);
      expect(plugin.audit).toEqual([]);
      const others = await plugin.ines.post(path, wrong);
      expect([what, others.status, others.body.error.message]).toEqual([
        what,
        403,
        expect.stringMatching(/^Only group:default\/team-orders and the plat/),
      ]);
      expect(plugin.audit).toEqual([
        { eventId, status: 'failed', meta: { databaseId: id } },
      ]);
    }
    // Nor whether there is a key, or what somebody else's is about.
    const keyless = await request(plugin.server)
      .post(`/api/databases/databases/${id}/delete`)
      .set('authorization', mockCredentials.user.header('user:default/ines'));
    expect(keyless.status).toBe(403);
    const unknown = id.replace(/^......../, '00000000');
    await plugin.ines.post(`/databases/${unknown}/delete`, []).expect(404);
    await plugin.ines.put('/pauses/shared', {}).expect(403);
    await plugin.nora.put('/pauses/shared', {}).expect(400);
  });
});
