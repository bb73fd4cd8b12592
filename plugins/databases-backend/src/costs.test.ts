import { randomUUID } from 'node:crypto';
import { TestDatabases } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import type { CostRow, Costs } from '@slipway/plugin-databases-common';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';
import { sumCosts } from './database/costs';
import { listIdle } from './database/idle';
import { recordPrices } from './database/prices';

jest.setTimeout(180_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
const ORDERS = 'group:default/team-orders';
const PAYMENTS = 'group:default/team-payments';
const day = (text: string) => new Date(`2025-${text}T00:00:00Z`);
const euros = (amount: number) => ({ amount, currency: 'EUR' });

describe('what databases cost', () => {
  let tenants: Tenants;
  let plugin: Plugin;
  let knex: Knex;
  const entities: Entity[] = [];

  beforeAll(async () => {
    tenants = await startTenants();
    knex = await databases.init('POSTGRES_18');
    plugin = await startPlugin({ knex, tenants, entities });
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });
  beforeEach(async () => {
    // The timeline is append-only for everybody who does not say this.
    await knex.transaction(async trx => {
      await trx.raw('SET LOCAL session_replication_role = replica');
      await trx.raw(
        'TRUNCATE database_prices, database_health, database_revisions, databases, operations_resources CASCADE',
      );
    });
    await knex('database_prices').insert([
      { size: 'small', valid_from: day('01-01'), amount: 31, currency: 'EUR' },
      { size: 'medium', valid_from: day('01-01'), amount: 62, currency: 'EUR' },
    ]);
    entities.length = 0;
  });

  /** A database as it would be after a life like this. */
  async function add(
    name: string,
    life: {
      ready?: Date;
      deleted?: Date;
      revisions: [
        since: Date,
        size: string,
        owner?: string,
        agreed?: { amount: number; currency: string },
      ][];
    },
  ): Promise<string> {
    const id = randomUUID();
    const [[created]] = life.revisions;
    const last = life.revisions[life.revisions.length - 1];
    const owner = last[2] ?? ORDERS;
    await knex('databases').insert({
      id,
      name,
      environment: 'development',
      engine: 'postgres',
      owner,
      provider_id: 'shared',
      external_name: name,
      revision: life.revisions.length,
      created_by: 'user:default/sam',
      created_at: created,
      deleted_at: life.deleted ?? null,
    });
    await knex('operations_resources').insert({
      id,
      kind: 'database',
      state: life.deleted ? 'deleted' : 'ready',
      created_at: created,
      updated_at: created,
    });
    for (const [index, [since, size, owned, agreed]] of Object.entries(
      life.revisions,
    )) {
      await knex('database_revisions').insert({
        database_id: id,
        revision: Number(index) + 1,
        spec: JSON.stringify({
          size,
          limits: {
            storageGiB: 1,
            connectionLimit: 5,
            statementTimeoutSeconds: 30,
          },
          pricePerMonth: agreed,
        }),
        owner: owned ?? ORDERS,
        created_by: 'user:default/sam',
        created_at: since,
      });
    }
    if (life.ready) {
      await knex('operations_events').insert({
        resource_id: id,
        type: 'state.changed',
        data: JSON.stringify({ from: 'verifying', to: 'ready' }),
        created_at: life.ready,
      });
    }
    return id;
  }
  const costs = async (query: string, as = plugin.nora): Promise<Costs> =>
    (await as.get(`/costs?${query}`).expect(200)).body;
  const rows = async (query: string): Promise<CostRow[]> =>
    (await plugin.nora.get(`/costs/rows?${query}`).expect(200)).body.items;

  it('is the price by the share of each month, by size and by whom it belonged to', async () => {
    const id = await add('alpha', {
      ready: day('01-11'),
      deleted: day('03-08'),
      revisions: [
        [day('01-02'), 'small'],
        [day('01-21'), 'medium'],
        [day('02-15'), 'medium', PAYMENTS],
      ],
    });
    await add('never-ready', {
      deleted: day('02-01'),
      revisions: [[day('01-02'), 'small']],
    });

    const byMonth = await costs('from=2025-01&to=2025-04&by=month');
    expect(byMonth.items.map(({ key, amounts }) => [key, amounts])).toEqual([
      // Ten days of 31 at 31, and eleven at 62.
      ['2025-01', [euros(10 + 22)]],
      ['2025-02', [euros(62)]],
      ['2025-03', [euros(14)]],
    ]);
    expect(byMonth.total).toEqual({
      amounts: [euros(108)],
      databases: 1,
      withoutPrice: 0,
    });
    const byOwner = await costs('from=2025-01&to=2025-12&by=owner');
    expect(byOwner.items.map(({ key, amounts }) => [key, amounts])).toEqual([
      [ORDERS, [euros(63)]],
      [PAYMENTS, [euros(45)]],
    ]);

    // Who may see only what others have sees none of it.
    const hidden = {
      from: '2025-01-01',
      to: '2025-12-01',
      criteria: { not: { owners: [PAYMENTS] } },
    };
    expect(
      (await sumCosts(knex, hidden, 'owner')).map(({ databases: n }) => n),
    ).toEqual([0]);

    // Each number opens into what it is made of.
    const opened = await rows(`from=2025-01&to=2025-12&owner=${PAYMENTS}`);
    expect(opened).toEqual([
      {
        databaseId: id,
        name: 'alpha',
        environment: 'development',
        owner: PAYMENTS,
        size: 'medium',
        month: '2025-02',
        from: '2025-02-15T00:00:00.000Z',
        to: '2025-03-01T00:00:00.000Z',
        pricePerMonth: euros(62),
        cost: euros(31),
        isDeleted: true,
      },
      expect.objectContaining({
        month: '2025-03',
        to: '2025-03-08T00:00:00.000Z',
        cost: euros(14),
      }),
    ]);
  });

  it('keeps past months when a price changes', async () => {
    await add('alpha', {
      ready: day('02-01'),
      deleted: day('04-01'),
      revisions: [[day('02-01'), 'small', ORDERS, euros(1)]],
    });
    const february = 'from=2025-02&to=2025-02&by=database';
    expect((await costs(february)).total.amounts).toEqual([euros(31)]);
    await knex('database_prices').insert({
      size: 'small',
      valid_from: day('03-17'),
      amount: 310,
      currency: 'EUR',
    });
    expect((await costs(february)).total.amounts).toEqual([euros(31)]);
    expect(
      (await rows('from=2025-03&to=2025-03')).map(row => [
        row.pricePerMonth?.amount,
        row.cost?.amount,
      ]),
    ).toEqual([
      [31, 16],
      [310, 150],
    ]);
    // Before the list was written, what was agreed on counts.
    await knex('database_prices').delete();
    expect((await costs(february)).total.amounts).toEqual([euros(1)]);
  });

  it('never counts an unknown price as nothing', async () => {
    await add('priced', {
      ready: day('05-01'),
      deleted: day('06-01'),
      revisions: [[day('05-01'), 'small']],
    });
    const id = await add('unpriced', {
      ready: day('05-01'),
      deleted: day('06-01'),
      revisions: [[day('05-01'), 'large']],
    });
    const answer = await costs('from=2025-05&to=2025-05&by=database');
    expect(answer.total).toEqual({
      amounts: [euros(31)],
      databases: 2,
      withoutPrice: 1,
    });
    expect(answer.items.at(-1)).toMatchObject({
      key: id,
      title: 'unpriced (development), deleted',
      amounts: [],
      withoutPrice: 1,
    });
    const [row, ...rest] = await rows('from=2025-05&to=2025-05&unpriced=true');
    expect([row.name, row.cost, row.pricePerMonth, rest]).toEqual([
      'unpriced',
      undefined,
      undefined,
      [],
    ]);
  });

  it('is added up by the system that the catalog knows', async () => {
    const system = 'system:default/shop';
    for (const name of ['cart', 'lonely']) {
      await add(name, {
        ready: day('05-01'),
        deleted: day('06-01'),
        revisions: [[day('05-01'), 'small']],
      });
    }
    entities.push(
      {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Resource',
        metadata: { name: 'cart.development', namespace: 'default' },
        relations: [
          { type: 'dependencyOf', targetRef: 'component:default/web' },
        ],
      },
      {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: { name: 'web', namespace: 'default' },
        relations: [{ type: 'partOf', targetRef: system }],
      },
    );
    const answer = await costs('from=2025-05&to=2025-05&by=system');
    expect(answer.items.map(({ key, amounts }) => [key, amounts])).toEqual([
      ['none', [euros(31)]],
      [system, [euros(31)]],
    ]);
    expect(
      (await rows(`from=2025-05&to=2025-05&system=${system}`)).map(
        ({ name }) => name,
      ),
    ).toEqual(['cart']);
  });

  it('is exported as it is shown, and never as a formula', async () => {
    await add('=HYPERLINK("x")', {
      ready: day('05-01'),
      deleted: day('06-01'),
      revisions: [[day('05-01'), 'small']],
    });
    const csv = await plugin.nora
      .get('/costs/export?from=2025-05&to=2025-05&format=csv')
      .expect(200);
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.headers['content-disposition']).toBe(
      'attachment; filename="database-costs-2025-05-2025-05.csv"',
    );
    const [head, line] = csv.text.split('\r\n');
    expect(head).toMatch(/^month,name,environment,owner,size,from,to/);
    expect(line).toMatch(/^"2025-05","'=HYPERLINK\(""x""\)",.*,31,31,"EUR",/);
    const json = await plugin.nora
      .get('/costs/export?from=2025-05&to=2025-05&format=json')
      .expect(200);
    expect(json.body).toEqual(await rows('from=2025-05&to=2025-05'));
  });

  it('names what is wrong with a question', async () => {
    for (const [query, problem] of [
      ['from=2025-13&to=2025-13', 'is no month'],
      ['from=2025-05&to=2025-04', 'is before "from"'],
      ['from=2020-01&to=2025-04', 'at most 24'],
      ['from=2025-05&to=2025-05&database=x', 'no id of a database'],
    ]) {
      const { body } = await plugin.nora.get(`/costs?${query}`).expect(400);
      expect(body.error.message).toContain(problem);
    }
  });

  it('writes a changed price once, whoever is quicker', async () => {
    await knex('database_prices').delete();
    const size = {
      storageGiB: 1,
      connectionLimit: 5,
      statementTimeoutSeconds: 30,
    };
    const priced = (pricePerMonth?: number) => ({
      small: { ...size, pricePerMonth, currency: 'EUR' },
    });
    const list = async () =>
      (await knex('database_prices').orderBy('valid_from')).map(
        ({ size: name, amount }) => [name, amount && Number(amount)],
      );
    await recordPrices(knex, {});
    expect(await list()).toEqual([]);
    for (const amount of [9, 9, 12, undefined, undefined, 0]) {
      await Promise.all([
        recordPrices(knex, priced(amount)),
        recordPrices(knex, priced(amount)),
      ]);
    }
    expect(await list()).toEqual([
      ['small', 9],
      ['small', 12],
      ['small', null],
      ['small', 0],
    ]);
  });

  it('finds what nobody uses, and tells its owner once in a month', async () => {
    const [idle, fresh, used, unwatched] = await Promise.all(
      ['idle', 'fresh', 'used', 'unwatched'].map(name =>
        add(name, {
          ready: day('05-01'),
          revisions: [[day('05-01'), 'small']],
        }),
      ),
    );
    const ago = (days: number) => new Date(Date.now() - days * 24 * 3_600_000);
    const watched = (
      id: string,
      first: number,
      last: number | null,
      at = 0,
    ) => ({
      database_id: id,
      tried_at: ago(at),
      first_measured_at: ago(first),
      measured_at: ago(at),
      last_used_at: last === null ? null : ago(last),
    });
    await knex('database_health').insert([
      watched(idle, 60, 20),
      watched(fresh, 3, null),
      watched(used, 60, 1),
      // Nobody knows what was there in the last days.
      watched(unwatched, 60, 20, 3),
    ]);
    const { body } = await plugin.nora.get('/costs/idle').expect(200);
    expect(body).toEqual({
      days: 14,
      items: [
        {
          database: expect.objectContaining({
            id: idle,
            pricePerMonth: euros(9),
          }),
          idleSince: expect.any(String),
        },
      ],
    });

    expect(Date.parse(body.items[0].idleSince)).toBeLessThan(+ago(19.9));
    // As the list, it shows each caller what they may see.
    const hidden = { criteria: { owners: [PAYMENTS] }, days: 14, limit: 9 };
    expect(await listIdle(knex, hidden)).toEqual([]);

    const tell = () => plugin.scheduler.triggerTask('databases-tell-idle');
    const told = () =>
      plugin.notifications.filter(({ payload }) =>
        payload.title.endsWith('nobody seems to use it'),
      );
    await tell();
    await tell();
    expect(told()).toEqual([
      expect.objectContaining({
        recipients: { type: 'entity', entityRef: ORDERS },
        payload: expect.objectContaining({
          title: 'idle (development): nobody seems to use it',
          link: '/databases/development/idle',
        }),
      }),
    ]);
    await knex('database_health').update({ idle_told_at: ago(31) });
    await tell();
    expect(told()).toHaveLength(2);
  });
});
