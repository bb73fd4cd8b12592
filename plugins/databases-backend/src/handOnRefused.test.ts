import { randomUUID } from 'node:crypto';
import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import request from 'supertest';
import {
  ORDERS,
  PAYMENTS,
  PLATFORM,
  reason,
  toPayments,
  useHandingOn,
} from './__testUtils__/handingOn';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('handing a database on, refused', () => {
  const scene = useHandingOn(test);
  const { handOn, marked, stored } = scene;

  it('is for owners to groups of theirs, and for the platform team to any', async () => {
    const id = await scene.plugin.ready('guarded-db');
    const before = await stored(id);
    const agent = (user: string) =>
      request(scene.plugin.server)
        .post(`/api/databases/databases/${id}/owner`)
        .set(
          'authorization',
          `Bearer ${mockCredentials.user.token(user, { actor: { subject: 'plugin:mcp-actions' } })}`,
        )
        .set('idempotency-key', randomUUID())
        .send(toPayments);
    const asService = request(scene.plugin.server)
      .post(`/api/databases/databases/${id}/owner`)
      .set('authorization', mockCredentials.service.header())
      .set('idempotency-key', 'service')
      .send(toPayments);
    for (const [call, status, message] of [
      [handOn(id, 'stranger'), 403, /^Only group:default\/team-orders and the/],
      [handOn(id, 'ines'), 403, /^Only group:default\/team-orders and the/],
      [
        handOn(id, 'sam', { owner: PLATFORM, reason }),
        403,
        /^owner group:default\/platform-team is not a group of yours/,
      ],
      [agent('user:default/sam'), 403, /^Only people hand databases on, /],
      [agent('user:default/nora'), 403, /^Only people hand databases on, /],
      [asService, 403, /./],
      [
        handOn(id, 'nora', { owner: 'team-gone', reason }),
        400,
        /^owner group:default\/team-gone is not in the catalog/,
      ],
      [
        handOn(id, 'sam', { owner: ORDERS, reason }),
        400,
        /^owner group:default\/team-orders owns guarded-db already/,
      ],
      [
        handOn(id, 'sam', { owner: 'user:default/ines', reason }),
        400,
        /^owner is not the reference of a group/,
      ],
      [handOn(id, 'sam', { owner: PAYMENTS }), 400, /^reason is missing/],
      [handOn(randomUUID(), 'nora'), 404, /^There is no database/],
    ] as const) {
      const answer = await call;
      expect([answer.status, answer.body.error.message]).toEqual([
        status,
        expect.stringMatching(message),
      ]);
    }
    expect(await stored(id)).toEqual(before);

    // Nora is in neither group.
    const { body } = await handOn(id, 'nora').expect(202);
    await scene.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await marked(id)).toBe(PAYMENTS);
  });

  it('goes by the groups of now, whatever the token says', async () => {
    const id = await scene.plugin.ready('fresh-db');
    const before = await stored(id);
    const membership = scene.plugin.membership;
    for (const [left, message] of [
      [[PAYMENTS], /^Only group:default\/team-orders and the platform team/],
      [[ORDERS], /is not a group of yours/],
    ] as const) {
      scene.beforeCatalog = async () =>
        void membership.set('user:default/sam', [...left]);
      const { status, body } = await handOn(id);
      expect([status, body.error.message]).toEqual([
        403,
        expect.stringMatching(message),
      ]);
      scene.plugin.membership.set('user:default/sam', [ORDERS, PAYMENTS]);
    }
    scene.beforeCatalog = async () =>
      void scene.plugin.membership.delete('user:default/nora');
    await handOn(id, 'nora').expect(403);
    scene.plugin.membership.set('user:default/nora', [PLATFORM]);
    expect(await stored(id)).toEqual(before);
  });

  it('is refused when it is gone', async () => {
    const id = await scene.plugin.ready('gone-db');
    for (const step of ['suspended', 'deleted']) {
      const { body } = await scene.plugin.sam.post(`/databases/${id}/delete`, {
        confirmName: 'gone-db',
      });
      await scene.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
      await scene.plugin.until(`/databases/${id}`, step);
    }
    const refused = await handOn(id);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      'gone-db is deleted',
    ]);
  });
});
