import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('another size', () => {
  let tenants: Tenants;
  let knex: Knex;
  let plugin: Plugin;

  beforeAll(async () => {
    tenants = await startTenants();
    knex = await databases.init('POSTGRES_18');
    plugin = await startPlugin({
      knex,
      tenants,
      quotas: [{ environments: ['staging'], storageGiB: 3 }],
      sizes: {
        medium: {
          storageGiB: 4,
          connectionLimit: 10,
          statementTimeoutSeconds: 60,
          pricePerMonth: 29,
          currency: 'EUR',
        },
      },
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const resize = (id: string, body: object, who = plugin.sam) =>
    who.post(`/databases/${id}/resize`, body);
  const get = async (id: string) =>
    (await plugin.sam.get(`/databases/${id}`)).body;
  /** What the server lets in at a time. */
  const limitOf = async (id: string) => {
    const { rows } = await tenants.admin.query(
      'SELECT datconnlimit FROM pg_database WHERE datname = $1',
      [(await get(id)).endpoint.database],
    );
    return rows[0].datconnlimit;
  };

  it('is there on the server and in a revision when it is done', async () => {
    const id = await plugin.ready('orders');
    const { body, status } = await resize(id, { size: 'medium' });
    expect([status, body.error]).toEqual([202, undefined]);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await get(id)).toMatchObject({
      state: 'ready',
      size: 'medium',
      limits: { connectionLimit: 10, storageGiB: 4 },
      pricePerMonth: { amount: 29, currency: 'EUR' },
      revision: 2,
    });
    expect(await limitOf(id)).toBe(10);
    const { body: smaller } = await resize(id, { size: 'small' });
    await plugin.until(`/operations/${smaller.operation.id}`, 'succeeded');
    expect(await limitOf(id)).toBe(5);
    const revisions = await knex('database_revisions')
      .where({ database_id: id })
      .orderBy('revision')
      .select('revision', 'created_by', 'owner');
    expect(revisions).toEqual(
      [1, 2, 3].map(revision => ({
        revision,
        created_by: 'user:default/sam',
        owner: 'group:default/team-orders',
      })),
    );
  });

  it.each([
    ['what it has', { size: 'small' }, 400, /small is what .* has already/],
    ['what is not offered', { size: 'xlarge' }, 400, /xlarge is not offered/],
    ['no size', {}, 400, /size/],
    ['nonsense', { size: "m'; DROP" }, 400, /size is not known/],
    ['a field too much', { size: 'medium', force: 1 }, 400, /"force"/],
  ])('is refused when it is %s', async (about, body, status, message) => {
    const id = await plugin.ready(`r-${about.replaceAll(/[^a-z]/g, '')}`);
    const answer = await resize(id, body);
    expect([answer.status, answer.body.error.message]).toEqual([
      status,
      expect.stringMatching(message),
    ]);
    expect(await get(id)).toMatchObject({ state: 'ready', revision: 1 });
  });

  it('is refused beyond a quota, and to others', async () => {
    const id = await plugin.ready('staged', { environment: 'staging' });
    const beyond = await resize(id, { size: 'medium' });
    expect([beyond.status, beyond.body.error.message]).toEqual([
      409,
      expect.stringMatching(/would have 4 GiB, and 3 are its quota in staging/),
    ]);
    expect((await resize(id, { size: 'medium' }, plugin.ines)).status).toBe(
      403,
    );
  });

  it('is taken back when the server refuses a part of it', async () => {
    const id = await plugin.ready('half');
    await tenants.admin.query('ALTER ROLE provisioner NOCREATEROLE');
    const { body } = await resize(id, { size: 'medium' });
    // It cannot be taken back either, so that somebody has to look.
    await plugin.until(`/operations/${body.operation.id}`, 'uncertain');
    await tenants.admin.query('ALTER ROLE provisioner CREATEROLE');
    await plugin.nora.post(`/databases/${id}/retry`);
    await plugin.until(`/operations/${body.operation.id}`, 'failed');
    expect(await get(id)).toMatchObject({
      state: 'ready',
      size: 'small',
      revision: 1,
    });
    expect(await limitOf(id)).toBe(5);
  });

  it('is called off at once while nothing was told to the server', async () => {
    const id = await plugin.ready('held');
    await plugin.nora.put('/pauses/shared', { reason: 'A test' });
    const { body } = await resize(id, { size: 'medium' });
    await plugin.sam.post(`/databases/${id}/cancel`);
    await plugin.until(`/operations/${body.operation.id}`, 'cancelled');
    await plugin.nora.delete('/pauses/shared');
    expect(await get(id)).toMatchObject({ state: 'ready', size: 'small' });
  });
});
