import { TestDatabases } from '@backstage/backend-test-utils';
import { handoverSchema, orphansSchema } from '@slipway/plugin-access-common';
import { startCompany } from './__testUtils__/startCompany';

jest.setTimeout(180_000);

describe('what people and groups hold', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let company: Awaited<ReturnType<typeof startCompany>>;

  beforeAll(async () => {
    company = await startCompany({ databases });
  });
  afterAll(() => company?.stop());

  it('lists what is left to whom', async () => {
    const { body } = await company.get(
      'nora',
      '/handover?subject=group:default/Team-Gone',
    );
    expect(handoverSchema.parse(body)).toEqual({
      subject: 'group:default/team-gone',
      exists: false,
      entities: {
        items: [{ ref: 'component:default/left-behind' }],
        totalItems: 1,
      },
      databases: { items: [], totalItems: 0 },
      approvals: { items: [], totalItems: 0 },
      waivers: {
        items: [
          {
            id: 'w1',
            title: 'Backups, for orders',
            part: 'owns the thing',
            isGranted: true,
            expiresAt: '2100-01-01T00:00:00.000Z',
          },
        ],
        totalItems: 1,
      },
      logins: { items: [], totalItems: 0 },
      deputies: { items: [], totalItems: 0 },
      configuration: [
        {
          key: 'databases.approvals[1].groups',
          effect:
            'decides about orders in production (large): while it is nobody, they wait',
        },
      ],
      roles: [],
    });
    const team = handoverSchema.parse(
      (
        await company.get(
          'nora',
          '/handover?subject=group:default/platform-team',
        )
      ).body,
    );
    expect(team.roles).toEqual([
      { name: 'administrators', title: 'Administrators' },
    ]);
    expect(team.configuration!.map(({ key }) => key)).toEqual([
      // When it says nothing.
      'policies.waivers.approvers',
      'databases.approvals[0].groups',
    ]);
    const sre = handoverSchema.parse(
      (await company.get('nora', '/handover?subject=group:default/sre')).body,
    );
    expect(sre).toMatchObject({
      exists: true,
      roles: [{ name: 'production-operators' }],
    });
    const appointed = await company
      .as('sam')
      .post('/api/approvals/deputies')
      .set('idempotency-key', 'k')
      .send({
        deputy: 'user:default/nora',
        from: new Date(Date.now() - 60_000).toISOString(),
        until: new Date(Date.now() + 3_600_000).toISOString(),
      });
    expect([appointed.status, appointed.body.error]).toEqual([201, undefined]);
    for (const name of ['sam', 'nora']) {
      const path = `/handover?subject=user:default/${name}`;
      const left = handoverSchema.parse((await company.get('nora', path)).body);
      expect([name, left.logins, left.deputies]).toMatchObject([
        name,
        { items: [], totalItems: 0 },
        {
          items: [{ person: 'user:default/sam', deputy: 'user:default/nora' }],
        },
      ]);
      expect(left.logins.problem ?? left.deputies.problem).toBeUndefined();
    }
    const orphans = await company.get('nora', '/orphans');
    expect(orphansSchema.parse(orphans.body)).toEqual({
      items: [
        {
          owner: 'group:default/team-gone',
          count: 1,
          waivers: 1,
          approvals: 0,
          deputies: 0,
          configuration: ['databases.approvals[1].groups'],
        },
        {
          owner: 'group:default/team-renamed',
          count: 0,
          waivers: 0,
          approvals: 0,
          deputies: 0,
          configuration: ['permission.slipway.roles (orderers)'],
        },
        {
          owner: 'user:default/left',
          count: 0,
          waivers: 1,
          approvals: 0,
          deputies: 0,
          configuration: [],
        },
      ],
      totalItems: 3,
      problems: [],
    });
    const refused = await company.get('nora', '/handover?subject=sre');
    expect([refused.status, refused.body.error.message]).toEqual([
      400,
      'subject is no ref of a person or a group. Write it as user:default/jane.',
    ]);
  });

  it('finds whose deputy somebody is behind many appointments that have ended', async () => {
    const knex = company.databaseOf('approvals');
    await knex.raw(
      `INSERT INTO approval_deputies (id, person, deputy, starts_at, ends_at, created_at)
       SELECT gen_random_uuid(), 'user:default/p' || n, 'user:default/q' || n, now() - interval '1 hour',
              now() - interval '1 minute', now() + interval '1 second'
         FROM generate_series(1, 210) AS n`,
    );
    const left = handoverSchema.parse(
      (await company.get('nora', '/handover?subject=user:default/sam')).body,
    );
    expect(left.deputies).toMatchObject({
      items: [{ person: 'user:default/sam', deputy: 'user:default/nora' }],
      totalItems: 1,
    });
    // More than a page of those that have not ended, and of who is no more.
    await knex.raw(
      `UPDATE approval_deputies SET ends_at = now() + interval '1 hour' WHERE person LIKE 'user:default/p%'`,
    );
    const { items, problems } = orphansSchema.parse(
      (await company.get('nora', '/orphans')).body,
    );
    expect(problems).toEqual([]);
    const gone = items.filter(({ deputies }) => deputies === 1);
    expect(gone.length).toBeGreaterThan(190);
    await knex('approval_deputies')
      .whereLike('person', 'user:default/p%')
      .delete();
  });

  it('puts so many lists together in a minute, and no more', async () => {
    const paths = ['/handover?subject=user:default/sam', '/orphans'];
    let count = 0;
    let answer;
    do {
      answer = await company.get('nora', paths[count % 2]);
      count += 1;
    } while (answer.status === 200 && count < 40);
    expect([answer.status, answer.body.error.message]).toEqual([
      429,
      'More than 20 lists of what people and groups hold in a minute. Wait a little.',
    ]);
  });
});
