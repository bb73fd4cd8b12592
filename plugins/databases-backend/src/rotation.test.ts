import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import type { Knex } from 'knex';
import type { Client } from 'pg';
import {
  SEALING_KEY,
  startPlugin,
  type Plugin,
} from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';
import { KeyRing } from './secrets/KeyRing';
import { SealedSecretStore } from './secrets/SealedSecretStore';
import { workloadSecret } from './operations/target';

jest.setTimeout(180_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('logins of applications', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;
  const open: Client[] = [];

  beforeAll(async () => {
    knex = await databases.init('POSTGRES_18');
    tenants = await startTenants();
    plugin = await startPlugin({
      knex,
      tenants,
      rotation: {
        undoHours: 2,
        quietHours: 1,
        tellAfterHours: 72,
        schedule: [{ environments: ['staging'], everyDays: 30 }],
      },
    });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map(each => each.end()));
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const look = () => plugin.scheduler.triggerTask('databases-look-at-logins');
  const secrets = () =>
    SealedSecretStore.create({
      knex,
      keys: KeyRing.create([
        { id: SEALING_KEY.id, key: Buffer.from(SEALING_KEY.key, 'base64') },
      ]),
    });
  /** A login as the workload finds it, by what the portal says is in use. */
  async function loginOf(id: string) {
    const { external_name, workload_slot, workload_revision } = await knex(
      'databases',
    )
      .where({ id })
      .first();
    return {
      user: `${external_name}_${workload_slot}`,
      password: await secrets().read(workloadSecret(id, workload_revision)),
      database: external_name as string,
    };
  }
  async function connect(id: string, application_name: string) {
    const client = await tenants.connect({
      ...(await loginOf(id)),
      application_name,
    } as never);
    open.push(client);
    return client;
  }
  async function change(id: string, type: string) {
    const { body, status } = await plugin.sam.post(`/databases/${id}/${type}`);
    expect([status, body.error]).toEqual([202, undefined]);
    await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    return body.operation.id as string;
  }
  const rotation = async (id: string, as = plugin.sam) =>
    (await as.get(`/databases/${id}/rotation`)).body;
  /** What was seen lies that much further back. */
  async function later(id: string, hours: number) {
    for (const [table, columns] of Object.entries({
      database_former_logins: [
        'replaced_at',
        'undo_until',
        'quiet_since',
        'looked_at',
        'told_at',
      ],
      database_consumers: ['first_seen_at', 'last_seen_at'],
    })) {
      for (const column of columns) {
        await knex.raw(
          `UPDATE ?? SET ?? = ?? - ? * interval '1 hour' WHERE database_id = ?`,
          [table, column, column, hours, id],
        );
      }
    }
    // As if somebody had looked all the while.
    await knex('database_former_logins')
      .where({ database_id: id })
      .update({ looked_at: knex.fn.now() });
  }
  const live = async (id: string) => {
    const { external_name } = await knex('databases').where({ id }).first();
    const { rows } = await tenants.admin.query(
      `SELECT rolname FROM pg_roles WHERE rolname ~ $1 AND rolcanlogin ORDER BY 1`,
      [`^${external_name}_[ab]$`],
    );
    return rows.map(({ rolname }) => rolname.slice(-1)).join('');
  };
  const retired = (id: string) =>
    waitFor(async () => (await live(id)).length === 1);

  it('are turned off when all who were seen have moved and nobody comes back, and no sooner', async () => {
    const id = await plugin.ready('moved');
    const old = await connect(id, 'orders');
    await connect(id, 'billing');
    await look();
    await change(id, 'rotate');
    expect(await live(id)).toBe('ab');
    // The other slot is taken: never more than two.
    const again = await plugin.sam.post(`/databases/${id}/rotate`);
    expect([again.status, again.body.error.message]).toEqual([
      409,
      expect.stringMatching(/still works, and there are never more than two/),
    ]);
    await connect(id, 'orders');
    await look();
    const seen = await rotation(id);
    expect(seen.former).toMatchObject({
      isObserved: true,
      consumers: { moved: 1, total: 2 },
      waiting: [{ application: 'billing', address: '127.0.0.1', sessions: 1 }],
    });
    expect(seen.former.waitsFor.join(' ')).toMatch(
      /1 of 2 clients moved; 127\.0\.0\.1 app 'billing' was last seen on the old login less than a minute ago/,
    );
    // Who may not decide about it does not read who comes from where.
    const toOthers = await rotation(id, plugin.ines);
    expect(toOthers.former.waiting).toBeUndefined();
    expect(JSON.stringify(toOthers)).not.toMatch(/127\.0\.0\.1|billing/);

    // Everybody has moved and still holds a session: it is not quiet.
    await connect(id, 'billing');
    await later(id, 3);
    await look();
    expect((await rotation(id)).former.consumers).toEqual({
      moved: 2,
      total: 2,
    });
    expect(await live(id)).toBe('ab');
    await old.query('SELECT 1');
    await Promise.all(open.splice(0, 2).map(each => each.end()));
    await look();
    expect(await live(id)).toBe('ab');
    // Longer than the three hours for which it was seen not to be used.
    await later(id, 4);
    await Promise.all([look(), look()]);
    await retired(id);
    expect(await live(id)).toBe('b');
    await waitFor(async () => (await rotation(id)).former === undefined);
    await expect(secrets().read(workloadSecret(id, 1))).rejects.toThrow();
    for (const client of open) await client.query('SELECT 1');
  });

  it('wait longer than the longest time in which one was not used, and while nobody looks', async () => {
    const id = await plugin.ready('nightly');
    const night = await connect(id, 'nightly');
    await look();
    await night.end();
    await knex('database_consumers')
      .where({ database_id: id })
      .update({ longest_gap_seconds: 24 * 3600 });
    await change(id, 'rotate');
    await connect(id, 'nightly');
    await look();
    await later(id, 10);
    await look();
    expect(await live(id)).toBe('ab');
    expect((await rotation(id)).former.waitsFor.join(' ')).toMatch(
      /Nobody may be seen with it for 24 hours/,
    );
    // Nobody looked for two days: what was then is not known.
    await knex.raw(
      `UPDATE database_former_logins SET quiet_since = now() - interval '50 hours', looked_at = now() - interval '48 hours'
        WHERE database_id = ?`,
      [id],
    );
    await look();
    expect(await live(id)).toBe('ab');
    await later(id, 24);
    await look();
    await retired(id);
  });

  it('are given back for as long as they work', async () => {
    const id = await plugin.ready('undone');
    const before = await loginOf(id);
    await change(id, 'rotate');
    expect(await loginOf(id)).not.toEqual(before);
    const refused = await plugin.ines.post(`/databases/${id}/undo-rotation`);
    expect(refused.status).toBe(403);
    await change(id, 'undo-rotation');
    expect(await loginOf(id)).toEqual(before);
    expect(await live(id)).toBe('ab');
    expect((await rotation(id)).former).toBeDefined();
    await change(id, 'retire-login');
    expect(await live(id)).toBe('a');
    const nothing = await plugin.sam.post(`/databases/${id}/undo-rotation`);
    expect([nothing.status, nothing.body.error.message]).toEqual([
      409,
      expect.stringMatching(/no former login that still works/),
    ]);
    // A revision is never used twice.
    await change(id, 'rotate');
    expect(await knex('databases').where({ id }).first()).toMatchObject({
      workload_slot: 'b',
      workload_revision: 3,
    });
  });

  it('are told of when somebody does not move, and turned off by hand', async () => {
    const id = await plugin.ready('stays');
    const stays = await connect(id, 'old-service');
    await look();
    await change(id, 'rotate');
    await later(id, 73);
    await look();
    await look();
    const told = () =>
      plugin.notifications.filter(({ payload }) =>
        payload.scope?.includes(`${id}/former-login`),
      );
    await plugin.scheduler.triggerTask('databases-notify');
    await waitFor(async () => told().length > 0);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toMatchObject({
      recipients: { entityRef: 'group:default/team-orders' },
      payload: { description: expect.stringMatching(/app 'old-service'/) },
    });
    expect(await live(id)).toBe('ab');
    await change(id, 'retire-login');
    expect(await live(id)).toBe('b');
    await expect(stays.query('SELECT 1')).rejects.toThrow();
    expect(plugin.audit).toContainEqual(
      expect.objectContaining({
        eventId: 'database-retire-login',
        status: 'succeeded',
      }),
    );
  });

  it('end at once in an emergency, with all sessions', async () => {
    const id = await plugin.ready('leaked');
    const known = await loginOf(id);
    const thief = await connect(id, 'thief');
    const { body: personal } = await plugin.sam
      .post(`/databases/${id}/personal-logins`)
      .expect(201);
    await change(id, 'rotate');
    const second = await loginOf(id);
    await change(id, 'revoke-logins');
    await expect(thief.query('SELECT 1')).rejects.toThrow();
    for (const login of [
      known,
      second,
      {
        user: personal.login.username,
        password: personal.password,
        database: known.database,
      },
    ]) {
      await expect(tenants.connect(login)).rejects.toThrow();
    }
    expect((await live(id)).length).toBe(1);
    const fresh = await connect(id, 'orders');
    await fresh.query('SELECT 1');
    expect((await rotation(id)).former).toBeUndefined();
  });

  it('end with the other one when the database is suspended', async () => {
    const id = await plugin.ready('resting');
    await change(id, 'rotate');
    await change(id, 'suspend');
    await change(id, 'resume');
    expect(await live(id)).toBe('b');
    expect((await rotation(id)).former).toBeUndefined();
  });

  describe('by schedule', () => {
    const age = (id: string, days: number) =>
      knex.raw(
        `UPDATE databases SET workload_since = now() - ? * interval '1 day' WHERE id = ?`,
        [days, id],
      );
    const renewals = async (id: string) =>
      Number(
        (
          await knex('operations_operations')
            .where({ resource_id: id, type: 'renew' })
            .count({ n: '*' })
            .first()
        )?.n,
      );

    it('are replaced when they are too old, once, and a client that runs notices nothing', async () => {
      const id = await plugin.ready('aged', { environment: 'staging' });
      const unplanned = await plugin.ready('unplanned');
      const { nextDueAt } = await rotation(id);
      const days = (Date.parse(nextDueAt) - Date.now()) / 86_400_000;
      expect(days).toBeGreaterThan(26.9);
      expect(days).toBeLessThan(30);
      expect((await rotation(unplanned)).nextDueAt).toBeUndefined();
      await look();
      expect(await renewals(id)).toBe(0);

      // A client with a pool's habits: a session that it keeps, new ones all the time, and the secret read now and then.
      let failed: unknown;
      let answered = 0;
      let isOver = false;
      const client = (async () => {
        let login = await loginOf(id);
        let kept = await tenants.connect(login);
        for (let n = 0; !isOver; n += 1) {
          await kept.query('SELECT 1');
          const other = await tenants.connect(login);
          await other.query('SELECT 1');
          await other.end();
          answered += 1;
          if (n % 10 === 9) {
            login = await loginOf(id);
            const next = await tenants.connect(login);
            await kept.end();
            kept = next;
          }
        }
        await kept.end();
      })().catch(error => {
        failed = error;
      });
      await waitFor(async () => answered > 3);
      await look();
      await age(id, 31);
      await age(unplanned, 31);
      await Promise.all([look(), look()]);
      await waitFor(async () => (await live(id)) === 'ab');
      await waitFor(async () => (await loginOf(id)).user.endsWith('_b'));
      const from = answered;
      await waitFor(async () => failed !== undefined || answered > from + 25);
      await look();
      await later(id, 30);
      await look();
      await retired(id);
      const until = answered;
      await waitFor(async () => failed !== undefined || answered > until + 10);
      isOver = true;
      await client;
      expect(failed).toBeUndefined();
      expect([await renewals(id), await renewals(unplanned)]).toEqual([1, 0]);
      await look();
      expect(await renewals(id)).toBe(1);
    });

    it('are left out while something holds them up, and made up for later', async () => {
      const id = await plugin.ready('held', { environment: 'staging' });
      await age(id, 40);
      await plugin.nora.put('/pauses/shared', { reason: 'A test' }).expect(200);
      await look();
      expect(await renewals(id)).toBe(0);
      await plugin.nora.delete('/pauses/shared').expect(204);
      await change(id, 'suspend');
      await look();
      expect(await renewals(id)).toBe(0);
      await change(id, 'resume');
      await look();
      await waitFor(async () => (await live(id)) === 'ab');
      expect(await renewals(id)).toBe(1);
    });
  });
});
