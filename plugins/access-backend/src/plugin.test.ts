import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import { routesOf } from '@slipway/backend-utils/testUtils';
import {
  type Access,
  accessSchema,
  givenPermissionsPageSchema,
  permissionHoldersSchema,
  rolesSchema,
} from '@slipway/plugin-access-common';
import request from 'supertest';
import { startCompany } from './__testUtils__/startCompany';
import { spec } from './schema/openapi';

jest.setTimeout(180_000);

describe('access', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  let company: Awaited<ReturnType<typeof startCompany>>;

  beforeAll(async () => {
    company = await startCompany({ databases });
  });
  afterAll(() => company?.stop());

  const accessOf = async (name: 'sam' | 'tom' | 'nora', path = '/me') => {
    const { status, body } = await company.get(name, path);
    expect([status, body.error]).toEqual([200, undefined]);
    return accessSchema.parse(body);
  };
  const held = ({ permissions }: Access, name: string) => {
    const found = permissions.find(each => each.name === name);
    return [found?.may, ...(found?.grounds ?? []).map(each => each.because)];
  };

  it('says within seconds that the catalog does not answer', async () => {
    await accessOf('sam');
    const { status, body } = await company.whileCatalogHangs(() =>
      company.get('sam', '/me').timeout(20_000),
    );
    expect([status, body.error.message]).toEqual([
      503,
      'The catalog, which knows who people are and what they own, does not answer at the moment. Try again in a minute.',
    ]);
  });

  it('says what I may do, and why', async () => {
    const me = await accessOf('sam');
    expect(me).toMatchObject({
      subject: 'user:default/sam',
      groups: ['group:default/team-orders'],
      roles: [{ name: 'orderers', via: 'group:default/team-orders' }],
      owns: [{ owner: 'group:default/team-orders', count: 2 }],
      administrators: ['group:default/platform-team'],
    });
    expect(me.changed).toBeUndefined();
    expect(me.unasked).toEqual([]);
    expect(held(me, 'catalog.entity.read')).toEqual([
      'always',
      'because everyone who is signed in may',
    ]);
    expect(held(me, 'catalog.entity.delete')).toEqual([
      'partly',
      'on what you or a group of yours owns',
    ]);
    expect(held(me, 'scaffolder.task.read')).toEqual([
      'partly',
      'on what you made or started',
    ]);
    expect(held(me, 'databases.database.create')).toEqual([
      'always',
      'because you are in group:default/team-orders, which has the role Orderers',
    ]);
    expect(held(me, 'catalog.location.delete')).toEqual(['never']);
    expect(
      me.permissions.find(each => each.name === 'databases.database.create'),
    ).toMatchObject({
      title: 'Order a database',
      note: 'For a group of yours.',
      plugin: 'databases',
      action: 'create',
    });
  });

  it('says what the policy does', async () => {
    // The same questions, asked of the permission plugin in the person's name.
    for (const name of ['sam', 'tom', 'nora'] as const) {
      const { permissions } = await accessOf(name);
      const items = permissions.map(each => ({
        id: each.name,
        permission: {
          type: each.resourceType ? 'resource' : 'basic',
          name: each.name,
          attributes: each.action ? { action: each.action } : {},
          ...(each.resourceType && { resourceType: each.resourceType }),
        },
      }));
      const { body } = await request(company.server)
        .post('/api/permission/authorize')
        .set(
          'authorization',
          `Bearer ${mockCredentials.user.token(`user:default/${name}`, {
            actor: { subject: 'plugin:test' },
          })}`,
        )
        .send({ items })
        .expect(200);
      const words = { ALLOW: 'always', CONDITIONAL: 'partly', DENY: 'never' };
      expect(
        body.items.map((each: { id: string; result: keyof typeof words }) => [
          each.id,
          words[each.result],
        ]),
      ).toEqual(permissions.map(each => [each.name, each.may]));
    }
  });

  it('narrows and pages what it says', async () => {
    const search = await accessOf('sam', '/me?search=PROVIDER&may=never');
    expect(search.permissions.map(each => each.name)).toEqual([
      'databases.provider.pause',
    ]);
    // As browsers write a blank.
    const words = await accessOf('sam', '/me?search=delete+a+database');
    expect(words.permissions.map(each => each.name)).toEqual([
      'databases.database.delete',
    ]);
    const page = await accessOf('sam', '/me?plugin=databases&limit=2&offset=2');
    expect(page.permissions).toHaveLength(2);
    expect(page.totalItems).toBe(13);
    for (const query of ['limit=0', 'limit=201', 'may=perhaps', 'offset=-1']) {
      expect((await company.get('sam', `/me?${query}`)).status).toBe(400);
    }
  });

  it('goes by the catalog, and tells what has changed since the sign-in', async () => {
    const me = await accessOf('tom');
    expect(me.groups).toEqual(['group:default/sre']);
    expect(me.changed).toEqual({
      left: ['group:default/team-storefront'],
      joined: ['group:default/sre'],
    });
    expect(held(me, 'databases.database.update')).toEqual([
      'partly',
      'on what you or a group of yours owns',
      'because you are in group:default/sre, which has the role Production operators, in production or prodution',
    ]);
  });

  it('tells administrators of others, by the groups of now, and leaves a trace', async () => {
    const tom = await accessOf('nora', '/people/user/default/tom');
    expect(held(tom, 'databases.database.update')).toEqual([
      'partly',
      'on what user:default/tom or a group of theirs owns',
      'because user:default/tom is in group:default/sre, which has the role Production operators, in production or prodution',
    ]);
    const sre = await accessOf('nora', '/people/group/default/SRE');
    expect(sre.roles).toMatchObject([{ name: 'production-operators' }]);
    expect(held(sre, 'scaffolder.task.read')).toEqual(['never']);
    await company.get('nora', '/people/user/default/gone').expect(404);
    await company.get('nora', '/people/component/default/orders').expect(400);
    // To look at oneself leaves none.
    const self = await accessOf('nora', '/people/user/default/nora');
    expect(held(self, 'audit.event.read')).toEqual([undefined]);
    expect(held(self, 'access.people.read')).toEqual([
      'always',
      'because user:default/nora is in group:default/platform-team, which administers the portal',
    ]);
    expect(company.audited()).toEqual([
      'access-look-up succeeded {"subject":"user:default/tom"}',
      'access-look-up succeeded {"subject":"group:default/sre"}',
      'access-look-up failed {"subject":"user:default/gone"}',
    ]);
  });

  it('tells who may do what', async () => {
    const { body } = await company.get(
      'nora',
      '/permissions?search=order a data',
    );
    expect(givenPermissionsPageSchema.parse(body)).toMatchObject({
      totalItems: 1,
      items: [
        {
          name: 'databases.database.create',
          roles: [
            {
              name: 'administrators',
              members: ['group:default/platform-team'],
            },
            {
              name: 'orderers',
              members: [
                'group:default/team-orders',
                'group:default/team-renamed',
              ],
            },
          ],
        },
      ],
    });
    const path = '/permissions/databases.database.update';
    const holders = permissionHoldersSchema.parse(
      (await company.get('nora', path)).body,
    );
    expect(
      holders.people.map(({ ref, grounds }) => [
        ref,
        ...grounds.map(({ role, environments }) => [role, environments]),
      ]),
    ).toEqual([
      ['user:default/nora', ['administrators', undefined]],
      [
        'user:default/omar',
        ['production-operators', ['production', 'prodution']],
      ],
      [
        'user:default/tom',
        ['production-operators', ['production', 'prodution']],
      ],
    ]);
    await company.get('nora', '/permissions/no.such').expect(404);
    // What services use is nobody's, not even administrators'.
    expect(
      (await company.get('nora', '/permissions/approvals.request.create')).body,
    ).toMatchObject({ permission: { roles: [] }, people: [] });
  });

  it('lists roles, and what about them cannot hold', async () => {
    const { body } = await company.get('nora', '/roles');
    const { items, problems } = rolesSchema.parse(body);
    expect(items.map(({ name, kind }) => [name, kind])).toEqual([
      ['administrators', 'administrators'],
      ['orderers', 'configured'],
      ['production-operators', 'configured'],
      ['everyone', 'built-in'],
      ['owners', 'built-in'],
      ['creator', 'built-in'],
    ]);
    expect(items[1].members).toEqual([
      { ref: 'group:default/team-orders' },
      { ref: 'group:default/team-renamed', isMissing: true },
    ]);
    const expected = [
      /^databases\.database\.updat is no permission of this portal\. Those of databases are databases\.database\.backup, /,
      /^prodution is no environment of this portal/,
      /^group:default\/team-renamed is not in the catalog\. If it was renamed/,
    ];
    expect(problems.map(({ role }) => role)).toEqual([
      'production-operators',
      'production-operators',
      'orderers',
    ]);
    problems.forEach(({ message }, index) =>
      expect(message).toMatch(expected[index]),
    );
    // The first two can be known, and are said, when the portal starts.
    const warnings = company
      .warnings()
      .filter(message => message.startsWith('permission.slipway.roles'));
    expect(warnings).toEqual([
      expect.stringContaining(
        'production-operators: databases.database.updat is no permission',
      ),
      expect.stringContaining('production-operators: prodution is no'),
    ]);
  });

  it.each([
    '/handover',
    '/handover?subject=sre',
    '/permissions?limit=x',
    '/people/boat/default/sam',
  ])('tells nobody what is wrong with %s who may not ask', async path => {
    expect((await company.get('sam', path)).status).toBe(403);
    expect((await company.get('nora', path)).status).toBe(400);
  });

  it.each(routesOf(spec))(
    'answers $path to administrators, and what is their own to everybody',
    async ({ path }) => {
      const address = `/api/access${path
        .replace('{kind}/{namespace}/{name}', 'user/default/nora')
        .replace('{permission}', 'databases.database.read')}${
        path === '/handover' ? '?subject=user:default/nora' : ''
      }`;
      const answers: number[] = [];
      for (const header of [
        mockCredentials.user.header('user:default/sam'),
        mockCredentials.user.header('user:default/nora'),
        mockCredentials.service.header(),
        mockCredentials.none.header(),
        mockCredentials.user.invalidHeader(),
      ]) {
        const { status } = await request(company.server)
          .get(address)
          .set('authorization', header);
        answers.push(status);
      }
      expect(answers).toEqual([path === '/me' ? 200 : 403, 200, 403, 401, 401]);
    },
  );
});
