import { TestDatabases } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

const NORA = 'user:default/nora';
const MATEO = 'user:default/mateo';

describe('another size that somebody has to approve', () => {
  let tenants: Tenants;
  let knex: Knex;
  let approvalsKnex: Knex;
  let plugin: Plugin;
  /** Another replica. */
  let other: Plugin;

  beforeAll(async () => {
    tenants = await startTenants();
    knex = await databases.init('POSTGRES_18');
    approvalsKnex = await databases.init('POSTGRES_18');
    const size = (storageGiB: number, connectionLimit: number) => ({
      storageGiB,
      connectionLimit,
      statementTimeoutSeconds: 60,
    });
    const options = {
      knex,
      tenants,
      approvals: {
        knex: approvalsKnex,
        rules: [
          {
            environment: 'development',
            sizes: ['large'],
            groups: ['group:default/platform-team'],
          },
        ],
      },
      quotas: [
        {
          environments: ['staging'],
          storageGiB: 6,
          approval: { groups: ['group:default/platform-team'] },
        },
      ],
      sizes: {
        medium: {
          ...size(4, 10),
          pricePerMonth: 29,
          currency: 'EUR',
        },
        large: size(8, 20),
      },
    };
    plugin = await startPlugin(options);
    other = await startPlugin(options);
  });
  afterAll(async () => {
    await plugin?.stop();
    await other?.stop();
    await tenants?.stop();
  });

  const get = async (id: string) =>
    (await plugin.sam.get(`/databases/${id}`)).body;
  const resize = (id: string, size: string, key?: string) =>
    plugin.sam.post(`/databases/${id}/resize`, { size }, key);
  const eventually = async <T>(
    look: () => Promise<T | undefined | false>,
  ): Promise<T> => {
    const end = Date.now() + 60_000;
    for (;;) {
      const seen = await look();
      if (seen) return seen;
      if (Date.now() > end) throw new Error('It does not come');
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  };
  /** Asks for a size, and waits until those who decide are asked; the approval's id. */
  const ask = async (id: string, size: string): Promise<string> => {
    const { body, status } = await resize(id, size);
    expect([status, body.error]).toEqual([202, undefined]);
    expect(body.database).toMatchObject({
      state: 'ready',
      pendingChange: { kind: 'resize', size, requestedBy: 'user:default/sam' },
    });
    return eventually(async () => (await get(id)).pendingChange?.approvalId);
  };
  const vote = (approvalId: string, answer: object, who = NORA) =>
    plugin.approvalsAs(who).vote(approvalId, answer);
  const stateOf = async (approvalId: string) =>
    (
      await approvalsKnex('operations_resources')
        .where({ id: approvalId })
        .first('state')
    ).state;
  const gone = (id: string) =>
    eventually(async () => !(await get(id)).pendingChange);
  const said = async (id: string): Promise<string[]> => {
    const { body } = await plugin.sam.get(`/databases/${id}/events`);
    return body.items.map((each: { message: string }) => each.message);
  };
  const limitOf = async (id: string) => {
    const { rows } = await tenants.admin.query(
      'SELECT datconnlimit FROM pg_database WHERE datname = $1',
      [(await get(id)).endpoint.database],
    );
    return rows[0].datconnlimit;
  };

  it('waits beside a database that is used, and comes when it is approved', async () => {
    const id = await plugin.ready('orders');
    const approvalId = await ask(id, 'large');
    const { body } = await plugin.approvalsAs(NORA).list();
    expect(body.items).toMatchObject([
      {
        id: approvalId,
        subject: { kind: 'database-resize' },
        title: 'Change the size of orders in development to large',
        link: '/databases/development/orders',
        requester: 'user:default/sam',
        facts: expect.arrayContaining([
          {
            label: 'Size',
            value: 'large, 8 GiB, instead of small, 1 GiB',
          },
          {
            label: 'Price',
            value: 'unknown, instead of 9 EUR a month',
          },
        ]),
      },
    ]);
    // It can be changed in other ways meanwhile, and the size waits for that.
    const rotated = await plugin.sam.post(`/databases/${id}/rotate`);
    await vote(approvalId, { answer: 'approve' });
    await plugin.until(`/operations/${rotated.body.operation.id}`, 'succeeded');
    const after = await eventually(async () => {
      const now = await get(id);
      return now.size === 'large' && now.state === 'ready' && now;
    });
    expect(after).toMatchObject({ revision: 2 });
    expect(after.pendingChange).toBeUndefined();
    expect(await limitOf(id)).toBe(20);
    expect(
      (
        await knex('operations_operations').where({
          resource_id: id,
          type: 'resize',
        })
      ).length,
    ).toBe(1);
    expect(await said(id)).toEqual(
      expect.arrayContaining([
        'Asked for: large instead of small. It waits for approval, and the database is used as before',
        'Approved: large for small',
        'Finished: Change the size of the database',
      ]),
    );
    await eventually(async () =>
      plugin.notifications
        .concat(other.notifications)
        .some(
          ({ payload }) =>
            payload.title ===
            'orders (development): change the size of the database, succeeded',
        ),
    );
  });

  it('stays as it is when it is rejected', async () => {
    const id = await plugin.ready('rejected');
    const approvalId = await ask(id, 'large');
    await vote(approvalId, { answer: 'reject', reason: 'Too dear' });
    await gone(id);
    expect(await get(id)).toMatchObject({ size: 'small', revision: 1 });
    expect((await said(id)).at(-1)).toBe(
      'The size stays: large is not waited for any more, because the approval was rejected: Too dear',
    );
    // And may be asked for anew.
    await vote(await ask(id, 'large'), { answer: 'approve' }, MATEO);
    await eventually(async () => (await get(id)).size === 'large');
  });

  it('is withdrawn, by the owners alone, and is not asked about any more', async () => {
    const id = await plugin.ready('withdrawn');
    const approvalId = await ask(id, 'large');
    const path = `/databases/${id}/withdraw-resize`;
    expect((await plugin.ines.post(path)).status).toBe(403);
    const first = await plugin.sam.post(path, {}, 'once');
    const again = await plugin.sam.post(path, {}, 'once');
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(first.body.database.pendingChange).toBeUndefined();
    await eventually(async () => (await stateOf(approvalId)) === 'withdrawn');
    const nothing = await plugin.sam.post(path);
    expect([nothing.status, nothing.body.error.message]).toEqual([
      409,
      expect.stringMatching(/No change of size of withdrawn waits/),
    ]);
    expect((await said(id)).at(-1)).toMatch(/because it was withdrawn$/);
  });

  it('answers the same key with the same question, and has one at a time', async () => {
    const id = await plugin.ready('twice');
    const first = await resize(id, 'large', 'key');
    const again = await other.sam.post(
      `/databases/${id}/resize`,
      { size: 'large' },
      'key',
    );
    expect(again.body.operation.id).toBe(first.body.operation.id);
    expect((await resize(id, 'medium', 'key')).status).toBe(409);
    const more = await resize(id, 'large');
    expect([more.status, more.body.error.message]).toEqual([
      409,
      expect.stringMatching(/to large waits for approval already/),
    ]);
    const rows = await knex('database_pending_changes').where({
      database_id: id,
    });
    expect(rows).toHaveLength(1);
    // Several who ask at once.
    await plugin.sam.post(`/databases/${id}/withdraw-resize`).expect(202);
    const race = await Promise.all(
      [plugin, other, plugin].map(each =>
        each.sam.post(`/databases/${id}/resize`, { size: 'large' }),
      ),
    );
    expect(race.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
  });

  it.each([
    [
      'deleted',
      (id: string) => plugin.sam.post(`/databases/${id}/delete`),
      /the database is deleted$/,
    ],
    [
      'handed-on',
      (id: string) =>
        plugin.nora.post(`/databases/${id}/owner`, {
          owner: 'group:default/team-payments',
          reason: 'Theirs now',
        }),
      /the database was handed on$/,
    ],
    [
      'resized',
      (id: string) =>
        plugin.sam.post(`/databases/${id}/resize`, { size: 'medium' }),
      /medium was asked for instead$/,
    ],
  ])('ends when the database is %s', async (name, change, reason) => {
    const id = await plugin.ready(name);
    const approvalId = await ask(id, 'large');
    const { status } = await change(id);
    expect(status).toBe(202);
    expect((await plugin.nora.get(`/databases/${id}`)).body.pendingChange).toBe(
      undefined,
    );
    const { body } = await plugin.nora.get(`/databases/${id}/events`);
    expect(
      body.items.map((each: { message: string }) => each.message),
    ).toContainEqual(expect.stringMatching(reason));
    await eventually(async () => (await stateOf(approvalId)) === 'withdrawn');
  });

  it('counts for the quota while it waits, and is measured again when it comes', async () => {
    const staged = (name: string) =>
      plugin.ready(name, { environment: 'staging' });
    const [id, second] = [await staged('first-staged'), await staged('second')];
    // 8 and 1 GiB, and 6 are allowed.
    const approvalId = await ask(id, 'large');
    const { body } = await plugin.sam.get(
      '/quota?owner=team-orders&environment=staging&engine=postgres',
    );
    expect(body.quota.storageGiB).toEqual({ used: 9, limit: 6 });
    // Meanwhile another one has grown, by approval too, so that this is further beyond than was approved.
    await vote(await ask(second, 'medium'), { answer: 'approve' });
    await eventually(async () => (await get(second)).size === 'medium');
    await vote(approvalId, { answer: 'approve' });
    await gone(id);
    expect(await get(id)).toMatchObject({ size: 'small', state: 'ready' });
    expect((await said(id)).at(-1)).toMatch(
      /because group:default\/team-orders would have 12 GiB, and 6 are its quota in staging$/,
    );
    await eventually(async () =>
      plugin.notifications
        .concat(other.notifications)
        .some(
          ({ payload }) =>
            payload.title === 'first-staged (staging) keeps its size',
        ),
    );
  });

  it('forgets what has ended, once nobody can be asking any more', async () => {
    await knex('database_pending_changes')
      .whereNotNull('ended_at')
      .update({ ended_at: new Date(Date.now() - 600_000) });
    await plugin.scheduler.triggerTask('databases-look-at-approvals');
    expect(
      await knex('database_pending_changes').whereNotNull('ended_at'),
    ).toEqual([]);
  });
});
