import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import { ORDERS, PAYMENTS } from './__testUtils__/company';
import { twoFieldsPolicy } from './__testUtils__/folders';
import { database, useSweptThings } from './__testUtils__/sweptThings';

jest.setTimeout(120_000);

const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('what a sweep has found', () => {
  const scene = useSweptThings(databases);
  const { names, compliance } = scene;

  it('narrows, sorts and pages lists, and exports them', async () => {
    scene.listed.push(database('=1+1'));
    await scene.plugin.run('sweep');
    expect(await names('mode=deny')).toEqual(
      expect.arrayContaining(['orders', '=1+1']),
    );
    expect(await names('mine=true', 'ines')).toEqual(['two']);
    expect(await names(`owner=${encodeURIComponent(PAYMENTS)}`)).toEqual([
      'two',
    ]);
    expect(await names(`owner=${PAYMENTS.split('/')[1]}`)).toEqual(['two']);
    expect(await names('owner=none')).toEqual(['three']);
    expect(await names('kind=Component&search=lifecycle')).toHaveLength(3);
    expect(await names('search=%25')).toEqual([]);
    expect(await names('environment=staging')).toEqual([]);
    expect(
      await names(`entityRef=${encodeURIComponent('Component:default/one')}`),
    ).toEqual(['one']);
    const pages = [
      ...(await names('sort=age&limit=3')),
      ...(await names('sort=age&limit=3&offset=3')),
    ];
    expect(new Set(pages).size).toBe(5);

    const csv = await scene.plugin
      .as('sam')
      .get('/violations/export?format=csv&mode=deny');
    expect(csv.headers['content-type']).toContain('text/csv');
    const lines = csv.text.trim().split('\r\n');
    expect(lines[0]).toMatch(/^policy,title,mode,kind,name/);
    expect(lines).toHaveLength(3);
    expect(csv.text).toContain(`"'=1+1"`);
    const json = await scene.plugin
      .as('sam')
      .get('/violations/export?format=json');
    expect(json.body).toHaveLength(5);
    expect(
      (
        await scene.plugin
          .as('sam')
          .get('/violations/export?format=json&kind=X')
      ).body,
    ).toEqual([]);

    const gone = await scene.plugin
      .as('sam')
      .get('/violations/00000000-0000-4000-8000-000000000000');
    expect([gone.status, gone.body.error.message]).toEqual([
      404,
      // A page of the portal, as it is shown on one.
      expect.stringMatching(/See what is open at \/compliance\.$/),
    ]);
  });

  it.each([
    ['/compliance', 60, 'looks at compliance'],
    ['/violations/export?format=json', 6, 'exports of violations'],
  ])(
    'answers %s so often in a minute, and no more',
    async (path, limit, what) => {
      const ask = () => scene.plugin.as('tom').get(path);
      for (let count = 0; count < limit; count += 1) {
        expect((await ask()).status).toBe(200);
      }
      const { status, body } = await ask();
      expect([status, body.error.message]).toEqual([
        429,
        `More than ${limit} ${what} in a minute. Wait a little.`,
      ]);
      expect((await scene.plugin.as('nora').get(path)).status).toBe(200);
    },
  );

  it('counts checks by owner and by policy, so that sums agree', async () => {
    await scene.plugin.run('sweep');
    const counts = await compliance();
    expect(counts.now).toEqual({ checked: 6, violating: 4, waived: 0 });
    expect(counts.byOwner).toEqual([
      { checked: 1, violating: 1, waived: 0 },
      { owner: ORDERS, checked: 4, violating: 2, waived: 0 },
      { owner: PAYMENTS, checked: 1, violating: 1, waived: 0 },
    ]);
    expect(counts.byPolicy).toEqual([
      {
        policy: 'encrypted',
        title: 'Encryption',
        mode: 'deny',
        checked: 2,
        violating: 1,
        waived: 0,
      },
      expect.objectContaining({ policy: 'owned', checked: 4, violating: 3 }),
    ]);
    expect(counts.days).toEqual([
      {
        date: new Date().toISOString().slice(0, 10),
        checked: 6,
        violating: 4,
        waived: 0,
      },
    ]);
    expect((await compliance('policy=owned')).now.checked).toBe(4);
    expect((await compliance('mine=true')).now.checked).toBe(4);
    expect(
      (await compliance('from=2026-01-01&to=2025-01-01')).error.message,
    ).toMatch(/from is after to/);

    // A waiver counts at once, and until its time is over.
    await scene.knex.raw(
      `INSERT INTO policy_waivers (id, policy, policy_title, policy_digest, scope_kind, scope_name, scope_owner, owner,
          reason, requester, created_at, expires_at, approval_digest, granted_at)
        VALUES (gen_random_uuid(), 'encrypted', 'Encryption', 'x', 'DatabaseRequest', 'orders', ?, ?,
          'r', 'user:default/sam', now(), now() + interval '1 hour', 'x', now())`,
      [ORDERS, ORDERS],
    );
    expect((await compliance()).now).toEqual({
      checked: 6,
      violating: 3,
      waived: 1,
    });
    expect(await names('waived=true')).toEqual(['orders']);
    expect(await names('waived=false')).toHaveLength(3);
    await scene.knex('policy_waivers').update({ expires_at: new Date() });
    expect((await compliance()).now.waived).toBe(0);
    expect(await names('waived=true')).toEqual([]);
  });

  it('counts as many as the lists have that the counts open to', async () => {
    await scene.folder.write('c.yaml', twoFieldsPolicy);
    await scene.plugin.run('locations');
    // A sweep begins by itself as policies change, and goes on while it is looked at.
    await waitFor(async () => (await compliance()).now.checked === 14);
    // One of the two that a policy found in one thing.
    await scene.knex.raw(
      `INSERT INTO policy_waivers (id, policy, policy_title, policy_digest, field, scope_kind, scope_name, scope_owner, owner,
          reason, requester, created_at, expires_at, approval_digest, granted_at)
        VALUES (gen_random_uuid(), 'two-fields', 'Encryption', 'x', 'spec.type', 'Component', 'one', ?, ?,
          'r', 'user:default/sam', now(), now() + interval '1 hour', 'x', now())`,
      [ORDERS, ORDERS],
    );
    const totals = async (filter: string) => ({
      violating: (await scene.violations(`${filter}&waived=false`)).totalItems,
      waived: (await scene.violations(`${filter}&waived=true`)).totalItems,
    });
    const counts = await compliance();
    // One validation about 2 databases, one and two more about 4 components.
    expect(counts.now).toEqual({ checked: 14, violating: 10, waived: 1 });
    expect(await totals('')).toEqual({ violating: 10, waived: 1 });
    const { now, byOwner, byPolicy } = counts;
    expect(byOwner).toHaveLength(3);
    for (const { owner = 'none', ...count } of byOwner) {
      expect(count).toMatchObject(
        await totals(`owner=${encodeURIComponent(owner)}`),
      );
    }
    expect(byPolicy).toHaveLength(3);
    for (const { policy, ...count } of byPolicy) {
      expect(count).toMatchObject(await totals(`policy=${policy}`));
    }
    expect((await compliance('mine=true')).now).toMatchObject(
      await totals('mine=true'),
    );
    const { lastSweep } = (await scene.plugin.as('sam').get('/state')).body;
    expect(lastSweep.violations).toBe(now.violating + now.waived);
    expect((await scene.violations()).totalItems).toBe(lastSweep.violations);
  });
});
