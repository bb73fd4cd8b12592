import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { order, SEALING_KEY, startPlugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
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
    // The server never heard of it, so nothing has to wait for it to come back.
    expect(login.state).toBe('failed');
    expect(login.revoked_at).not.toBeNull();
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
    // What cannot be opened any more is not given back either.
    const { body: undo } = await plugin.sam
      .post(`/databases/${id}/undo-rotation`)
      .expect(202);
    await plugin.until(`/operations/${undo.operation.id}`, 'waiting');
    await plugin.sam.post(`/databases/${id}/cancel`).expect(202);
    await plugin.until(`/operations/${undo.operation.id}`, 'cancelled');
    const { body: retired } = await plugin.sam
      .post(`/databases/${id}/retire-login`)
      .expect(202);
    await plugin.until(`/operations/${retired.operation.id}`, 'succeeded');
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
    expect(held).toMatchObject({ pause: { title: 'Shared Postgres' } });
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

  it('turns off a login that it did not hand over, when a rotation fails', async () => {
    const tenants = await startTenants();
    stops.push(tenants.stop);
    const { knex, plugin } = await begin({ tenants });
    const { body } = await plugin.sam.post('/databases', order('keep-db'));
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    const { id } = body.database;
    const { external_name: external } = await knex('databases').first();
    // What the next login must not have, so that it is not handed over.
    await tenants.admin.query(`ALTER ROLE "${external}_b" CREATEDB`);

    const rotation = await plugin.sam
      .post(`/databases/${id}/rotate`)
      .expect(202);
    const failed = await plugin.until(
      `/operations/${rotation.body.operation.id}`,
      'failed',
    );
    expect(failed).toMatchObject({
      error: { message: expect.stringMatching(/no rights beyond/) },
    });
    expect(await loginsOf(tenants, external)).toEqual([
      { rolname: `${external}_a`, usable: true },
      { rolname: `${external}_b`, usable: false },
    ]);
    expect(await knex('sealed_secrets').select('revision')).toEqual([
      { revision: 1 },
    ]);
    await plugin.until(`/databases/${id}`, 'ready');

    await tenants.admin.query(`ALTER ROLE "${external}_b" NOCREATEDB`);
    const again = await plugin.sam.post(`/databases/${id}/rotate`).expect(202);
    await plugin.until(`/operations/${again.body.operation.id}`, 'succeeded');
    const retired = await plugin.sam
      .post(`/databases/${id}/retire-login`)
      .expect(202);
    await plugin.until(`/operations/${retired.body.operation.id}`, 'succeeded');
    expect(await loginsOf(tenants, external)).toEqual([
      { rolname: `${external}_a`, usable: false },
      { rolname: `${external}_b`, usable: true },
    ]);
  });

  it('turns off the login of an order that fails, and makes another when it is tried again', async () => {
    const tenants = await startTenants();
    stops.push(tenants.stop);
    const { knex, plugin } = await begin({ tenants });
    // Without the neighbour nothing proves that the login stays out of it.
    await tenants.admin.query(
      `ALTER DATABASE slipway_neighbour RENAME TO away`,
    );
    const { body } = await plugin.sam.post('/databases', order('late-db'));
    await plugin.until(`/operations/${body.operation.id}`, 'failed');
    const { external_name: external } = await knex('databases').first();
    expect(await loginsOf(tenants, external)).toEqual([
      { rolname: `${external}_a`, usable: false },
      { rolname: `${external}_b`, usable: false },
    ]);
    expect(await knex('sealed_secrets')).toEqual([]);

    await tenants.admin.query(
      `ALTER DATABASE away RENAME TO slipway_neighbour`,
    );
    const { id } = body.database;
    const retry = await plugin.sam.post(`/databases/${id}/retry`).expect(202);
    await plugin.until(`/operations/${retry.body.operation.id}`, 'succeeded');
    expect(await loginsOf(tenants, external)).toMatchObject([
      { usable: true },
      { usable: false },
    ]);
  });
});

/** The application's logins on the server, and whether anybody could log in. */
async function loginsOf(tenants: Tenants, external: string) {
  const { rows } = await tenants.admin.query(
    `SELECT rolname, rolcanlogin AND rolpassword IS NOT NULL AS usable
      FROM pg_authid WHERE rolname = ANY($1) ORDER BY 1`,
    [[`${external}_a`, `${external}_b`]],
  );
  return rows;
}
