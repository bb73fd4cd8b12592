import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { order, startPlugin } from './__testUtils__/startPlugin';
import { startTenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A server that does not answer. */
const DOWN = { port: 1, password: 'x' };

async function begin(
  tenants: Parameters<typeof startPlugin>[0]['tenants'],
  knex: Knex,
) {
  const plugin = await startPlugin({ tenants, knex });
  stops.push(() => plugin.stop());
  return plugin;
}

describe('calling off what waits for a server', () => {
  it('ends an order at once when nothing was made, and frees its name', async () => {
    const knex = await databases.init('POSTGRES_18');
    const plugin = await begin(DOWN, knex);
    const { body } = await plugin.sam
      .post('/databases', order('void-db'))
      .expect(202);
    // Tried more than once, and nothing was ever sent.
    await plugin.until(`/operations/${body.operation.id}`, 'waiting');
    await knex('operations_operations').update({ wake_at: new Date() });
    await waitForAttempts(knex, 2);
    await plugin.until(`/operations/${body.operation.id}`, 'waiting');

    const cancelled = await plugin.sam
      .post(`/databases/${body.database.id}/cancel`)
      .expect(202);
    expect(cancelled.body).toMatchObject({
      database: { state: 'deleted' },
      operation: { state: 'cancelled' },
    });
    const { body: events } = await plugin.sam.get(
      `/databases/${body.database.id}/events`,
    );
    expect(events.items.at(-1)).toMatchObject({
      message: 'Called off: Create the database',
      actor: 'user:default/sam',
    });
    await plugin.sam.post('/databases', order('void-db')).expect(202);
  });

  it('removes what was made when the server is back, and holds the name until then', async () => {
    const knex = await databases.init('POSTGRES_18');
    const tenants = await startTenants();
    stops.push(tenants.stop);
    const before = await begin(tenants, knex);
    // Stops after its first step.
    await knex.raw(`
      CREATE FUNCTION pause_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO operations_pauses VALUES ('provider:shared', 'test', 'test', now()) ON CONFLICT DO NOTHING;
        RETURN NEW; END $$;
      CREATE TRIGGER pause_now AFTER UPDATE ON operations_steps
        FOR EACH ROW WHEN (NEW.state = 'succeeded') EXECUTE FUNCTION pause_now()`);
    const { body } = await before.sam
      .post('/databases', order('half-db'))
      .expect(202);
    await before.until(`/operations/${body.operation.id}`, 'waiting');
    expect(await rolesOf(tenants, 'half')).not.toEqual([]);
    await stops.pop()?.();

    await knex.raw('DROP TRIGGER pause_now ON operations_steps');
    const down = await begin(DOWN, knex);
    await down.nora.delete('/pauses/shared').expect(204);
    const { id } = body.database;
    const path = `/operations/${body.operation.id}`;
    const stuck = await down.until(path, 'waiting');
    expect(stuck).toMatchObject({ cancel: 'after-undo', calledOff: false });
    const cancelled = await down.sam
      .post(`/databases/${id}/cancel`)
      .expect(202);
    expect(cancelled.body.operation).toMatchObject({ calledOff: true });
    expect(cancelled.body.operation.cancel).toBeUndefined();
    await down.until(`/databases/${id}`, 'cleaning');
    await down.sam.post('/databases', order('half-db')).expect(409);
    await stops.pop()?.();

    const up = await begin(tenants, knex);
    const ended = await up.until(path, 'cancelled');
    expect(ended).toMatchObject({ calledOff: false });
    expect(await tenants.databases()).toEqual([]);
    expect(await rolesOf(tenants, 'half')).toEqual([]);
    const again = await up.sam
      .post('/databases', order('half-db'), 'another')
      .expect(202);
    await up.until(`/operations/${again.body.operation.id}`, 'succeeded');
  });

  it('keeps the login in use when a rotation is called off, and the database when its deletion is', async () => {
    const knex = await databases.init('POSTGRES_18');
    const tenants = await startTenants();
    const plugin = await begin(tenants, knex);
    const id = await plugin.ready('kept-db');
    await tenants.kill();
    for (const [change, cancel, meant] of [
      ['rotate', 'after-undo', {}],
      // Whether somebody is connected nobody can say.
      [
        'delete',
        'at-once',
        { confirmName: 'kept-db', confirmInUse: 'disconnect' },
      ],
    ] as const) {
      const { body } = await plugin.sam
        .post(`/databases/${id}/${change}`, meant)
        .expect(202);
      const path = `/operations/${body.operation.id}`;
      const waiting = await plugin.until(path, 'waiting');
      expect([change, waiting]).toEqual([
        change,
        expect.objectContaining({ cancel }),
      ]);
      await plugin.sam.post(`/databases/${id}/cancel`).expect(202);
      await plugin.until(path, 'cancelled');
      const { body: after } = await plugin.sam.get(`/databases/${id}`);
      expect(after).toMatchObject({ state: 'ready' });
      expect(after.purgeAfter).toBeUndefined();
      expect(after.stateReason).toBeUndefined();
    }
    expect(await knex('databases').first()).toMatchObject({
      workload_slot: 'a',
      workload_revision: 1,
    });
    expect(await knex('sealed_secrets').select('revision')).toEqual([
      { revision: 1 },
    ]);
  });

  it('refuses when nothing is under way', async () => {
    const knex = await databases.init('POSTGRES_18');
    const tenants = await startTenants();
    stops.push(tenants.stop);
    const plugin = await begin(tenants, knex);
    const id = await plugin.ready('calm-db');
    const { body } = await plugin.sam.post(`/databases/${id}/cancel`);
    expect(body.error.message).toBe(
      'Nothing is under way that could be called off: the database is ready',
    );
  });
});

async function waitForAttempts(knex: Knex, attempts: number) {
  const end = Date.now() + 30_000;
  for (;;) {
    const [{ most }] = await knex('operations_steps').max({ most: 'attempt' });
    if (Number(most) >= attempts) return;
    if (Date.now() > end) throw new Error(`${most} attempts`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

async function rolesOf(
  tenants: Awaited<ReturnType<typeof startTenants>>,
  prefix: string,
): Promise<string[]> {
  const { rows } = await tenants.admin.query(
    `SELECT rolname FROM pg_roles WHERE rolname LIKE $1`,
    [`${prefix}%`],
  );
  return rows.map(row => row.rolname);
}
