import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { order } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const TASK = 'databases-look-for-expiry';
const inDays = (days: number) =>
  new Date(Date.now() + days * 86_400_000).toISOString();

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('databases that end', () => {
  let knex: Knex;
  let tenants: Tenants;
  let plugin: Plugin;

  beforeAll(async () => {
    [knex, tenants] = await Promise.all([
      test.init('POSTGRES_18'),
      startTenants(),
    ]);
    plugin = await startPlugin({
      knex,
      tenants,
      graceHours: 48,
      sizes: {
        large: {
          storageGiB: 2,
          connectionLimit: 9,
          statementTimeoutSeconds: 30,
        },
      },
      expiry: {
        remindDays: [14, 3, 1],
        environments: [
          { environment: 'development', defaultDays: 30, maxDays: 90 },
        ],
      },
    });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  const look = () => plugin.scheduler.triggerTask(TASK);
  const get = async (id: string) =>
    (await plugin.sam.get(`/databases/${id}`).expect(200)).body;
  const extend = async (id: string, expiresAt: unknown, who = plugin.sam) => {
    const { status, body } = await who.post(`/databases/${id}/extend`, {
      expiresAt,
    });
    if (status === 202) {
      await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    }
    return [status, body.error?.message];
  };
  /** As if its end, and the setting of it, were that far away. */
  const ends = (id: string, when: string) =>
    knex.raw(
      `UPDATE databases SET expires_at = now() + ?::interval, expiry_set_at = now() - interval '100 days' WHERE id = ?`,
      [when, id],
    );
  const events = async (id: string, type: string) =>
    (await plugin.sam.get(`/databases/${id}/events`)).body.items.filter(
      (event: { type: string }) => event.type === type,
    );
  const told = (id: string) =>
    plugin.notifications.filter(
      ({ payload }) => payload.scope === `databases/${id}/expiry`,
    );

  it('end when the order says, or when their environment does', async () => {
    const { body: options } = await plugin.sam.get('/options');
    expect(options.expiry).toEqual([
      { environment: 'development', defaultDays: 30, maxDays: 90 },
    ]);
    const days = async (name: string, extra: object) =>
      (Date.parse((await get(await plugin.ready(name, extra))).expiresAt) -
        Date.now()) /
      86_400_000;
    expect(await days('by-default', {})).toBeCloseTo(30, 1);
    expect(await days('as-asked', { expiresAt: inDays(7) })).toBeCloseTo(7, 1);
    const staging = await get(
      await plugin.ready('for-ever', { environment: 'staging' }),
    );
    expect(staging.expiresAt).toBeUndefined();
    expect(await extend(staging.id, '2999-12-31')).toEqual([
      409,
      'for-ever goes on for ever: it has no end to extend.',
    ]);
    for (const [expiresAt, problem] of [
      ['tomorrow', /^expiresAt is no time\. Give a day such as/],
      ['2026-02-31', /^expiresAt is no time/],
      [inDays(-1), /^expiresAt .* is over/],
      [inDays(120), /more than 90 days away, the most in development/],
    ] as const) {
      const { status, body } = await plugin.sam.post(
        '/databases',
        order('refused', { expiresAt }),
      );
      expect([status, body.error.message]).toEqual([
        400,
        expect.stringMatching(problem),
      ]);
    }
  });

  it('are extended as far as the environment allows, as a revision, by who may change them', async () => {
    const id = await plugin.ready('longer', { expiresAt: inDays(5) });
    const before = await get(id);
    expect(await extend(id, inDays(3))).toEqual([
      400,
      expect.stringMatching(/is not later than its end/),
    ]);
    expect(await extend(id, inDays(120))).toEqual([
      400,
      expect.stringMatching(/more than 90 days away/),
    ]);
    expect((await extend(id, inDays(60), plugin.ines))[0]).toBe(403);
    expect(await extend(id, inDays(60))).toEqual([202, undefined]);
    const after = await get(id);
    expect(after.revision).toBe(before.revision + 1);
    expect(Date.parse(after.expiresAt)).toBeGreaterThan(
      Date.now() + 59 * 864e5,
    );
    expect(
      plugin.audit.filter(({ eventId }) => eventId === 'database-extend'),
    ).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          status: 'succeeded',
          meta: expect.objectContaining({ operationType: 'extend' }),
        }),
      ]),
    );
  });

  it('are marked, and their owners reminded once for each time, whoever looks', async () => {
    const id = await plugin.ready('nearing');
    const neighbour = await plugin.ready('far-away');
    await look();
    expect((await get(id)).conditions).toEqual([]);
    await ends(id, '10 days');
    await Promise.all([look(), look()].map(each => each.catch(() => {})));
    await look();
    expect((await get(id)).conditions).toMatchObject([
      {
        type: 'expiring',
        message: expect.stringMatching(
          /^It ends on .* UTC: logins are turned off then, the data is kept for 2 days more, and can be purged after that/,
        ),
      },
    ]);
    expect(await events(id, 'expiry.reminder')).toHaveLength(1);
    await knex.raw(
      `UPDATE databases SET expires_at = expires_at - interval '9 days 1 hour' WHERE id = ?`,
      [id],
    );
    await look();
    await look();
    // Of the two that are due by now, the last.
    expect(await events(id, 'expiry.reminder')).toHaveLength(2);
    await plugin.scheduler.triggerTask('databases-notify');
    expect(told(id).map(({ payload }) => payload.severity)).toEqual([
      'normal',
      'high',
    ]);
    expect(told(id)[0].recipients).toMatchObject({
      entityRef: 'group:default/team-orders',
    });
    const { body } = await plugin.sam.get('/databases?attention=true');
    const names = body.items.map(({ name }: { name: string }) => name);
    expect(names).toContain('nearing');
    expect(names).not.toContain('far-away');
    expect((await get(neighbour)).conditions).toEqual([]);
    expect(await extend(id, inDays(60))).toEqual([202, undefined]);
    await look();
    expect((await get(id)).conditions).toEqual([]);
  });

  it('are suspended at their end, kept for the grace period, and come back when they are extended', async () => {
    const id = await plugin.ready('over');
    await ends(id, '-1 minute');
    await Promise.all([look(), look()].map(each => each.catch(() => {})));
    const over = await plugin.until(`/databases/${id}`, 'suspended');
    expect(
      (Date.parse((over as unknown as { purgeAfter: string }).purgeAfter) -
        Date.now()) /
        3_600_000,
    ).toBeCloseTo(48, 0);
    await look();
    expect((await get(id)).conditions).toEqual([]);
    expect(await events(id, 'expiry.reached')).toHaveLength(1);
    const early = await plugin.sam.post(`/databases/${id}/resume`);
    expect([early.status, early.body.error.message]).toEqual([
      409,
      expect.stringMatching(
        /^over has ended on .*\. Extend it, then resume it/,
      ),
    ]);
    expect(await extend(id, inDays(10))).toEqual([202, undefined]);
    await plugin.sam.post(`/databases/${id}/resume`).expect(202);
    await plugin.until(`/databases/${id}`, 'ready');
    await look();
    expect((await get(id)).state).toBe('ready');
    expect((await get(id)).purgeAfter).toBeUndefined();
  });
});
