import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { SEALING_KEY, startPlugin } from './__testUtils__/startPlugin';
import { startTenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const order = (name: string) => ({
  name,
  engine: 'postgres',
  size: 'small',
  environment: 'development',
  owner: 'team-orders',
});

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function begin(options: Partial<Parameters<typeof startPlugin>[0]> = {}) {
  const knex: Knex = options.knex ?? (await databases.init('POSTGRES_18'));
  const plugin = await startPlugin({
    tenants: { port: 1, password: 'x' },
    ...options,
    knex,
  });
  stops.push(() => plugin.stop());
  return { knex, plugin };
}

describe('databases when things go wrong', () => {
  it('starts and takes orders while the tenants’ server is down, says so, and goes on when it is back', async () => {
    const down = await begin();
    const { body } = await down.plugin.sam
      .post('/databases', order('patient-db'))
      .expect(202);
    const waiting = await down.plugin.until(
      `/operations/${body.operation.id}`,
      'waiting',
    );
    expect(waiting).toMatchObject({
      error: {
        kind: 'retryable',
        message: expect.stringMatching(/Shared Postgres/),
      },
    });
    await stops.pop()?.();

    const tenants = await startTenants();
    stops.push(tenants.stop);
    const up = await begin({ knex: down.knex, tenants });
    await up.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await tenants.databases()).toHaveLength(1);
  });

  it('hands out no login while the server is down, and leaves none behind', async () => {
    const tenants = await startTenants();
    const { knex, plugin } = await begin({ tenants });
    const { body } = await plugin.sam.post('/databases', order('down-db'));
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    await tenants.kill();
    const answer = await plugin.sam.post(
      `/databases/${body.database.id}/personal-logins`,
    );
    expect(answer.status).toBe(503);
    expect(answer.body.error.message).toMatch(
      /No login was handed out; try again/,
    );
    const [login] = await knex('personal_logins');
    expect(login.state).toBe('creating');
    expect(login.revoke_requested_at).not.toBeNull();
  });

  it('recovers from a lost sealing key by rotating, as the message says', async () => {
    const tenants = await startTenants();
    stops.push(tenants.stop);
    const before = await begin({ tenants });
    const { body } = await before.plugin.sam.post(
      '/databases',
      order('lost-db'),
    );
    await before.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    await stops.pop()?.();

    const keys = [
      {
        ...SEALING_KEY,
        id: 'new',
        key: Buffer.alloc(32, 9).toString('base64'),
      },
    ];
    const { knex, plugin } = await begin({ knex: before.knex, tenants, keys });
    const { id } = body.database;
    const rotation = await plugin.sam
      .post(`/databases/${id}/rotate`)
      .expect(202);
    await plugin.until(
      `/operations/${rotation.body.operation.id}`,
      'succeeded',
    );
    expect(await knex('sealed_secrets').select('key_id', 'revision')).toEqual([
      { key_id: 'new', revision: 2 },
    ]);
  });

  it('keeps a name that is on the server and not ours as it is, and cleans up after itself', async () => {
    const tenants = await startTenants();
    stops.push(tenants.stop);
    const { knex, plugin } = await begin({ tenants });
    await knex('operations_pauses').insert({
      scope: 'provider:shared',
      reason: 'test',
      actor: 'test',
      created_at: new Date(),
    });
    const { body } = await plugin.sam.post('/databases', order('foreign-db'));
    const held = await plugin.until(
      `/operations/${body.operation.id}`,
      'waiting',
    );
    expect(held).toMatchObject({ pausedScope: 'provider:shared' });
    const { external_name: external } = await knex('databases').first();
    await tenants.admin.query(`CREATE DATABASE "${external}"`);
    await knex('operations_pauses').delete();
    await knex('operations_operations').update({ paused_scope: null });

    await plugin.until(`/operations/${body.operation.id}`, 'failed');
    const { id } = body.database;
    await plugin.until(`/databases/${id}`, 'failed');
    const cleaning = await plugin.sam
      .post(`/databases/${id}/delete`)
      .expect(202);
    await plugin.until(
      `/operations/${cleaning.body.operation.id}`,
      'succeeded',
    );
    expect(await tenants.databases()).toEqual([external]);
    const { rows } = await tenants.admin.query(
      `SELECT rolname FROM pg_roles WHERE rolname LIKE 'foreign%'`,
    );
    expect(rows).toEqual([]);
  });
});
