import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import request from 'supertest';
import {
  ORDERS,
  PAYMENTS,
  reason,
  toPayments,
  useHandingOn,
} from './__testUtils__/handingOn';
import { order, startPlugin } from './__testUtils__/startPlugin';
import { startTenants } from './__testUtils__/startTenants';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('handing a database on', () => {
  const scene = useHandingOn(test);
  const { handOn, login, marked, stored } = scene;

  it('makes the other group the owner at once, and takes logins of others back', async () => {
    const id = await scene.plugin.ready('handed-db');
    const [ofSam, ofTara] = [
      await login('user:default/sam', id),
      await login('user:default/tara', id),
    ];
    const session = await scene.tenants.connect(ofTara);
    const { status, body } = await handOn(id);
    expect([status, body.error]).toEqual([202, undefined]);
    expect(body).toMatchObject({
      database: { owner: PAYMENTS, revision: 2, state: 'ready' },
      operation: { type: 'hand-on', title: 'Hand the database on' },
      warnings: [],
    });
    // Decided by the new owner from now on.
    await scene.plugin.ines.post(`/databases/${id}/retry`).expect(409);
    await scene.plugin
      .as('user:default/tara')
      .post(`/databases/${id}/suspend`)
      .expect(403);
    expect(
      (await scene.plugin.ines.get('/databases?mine=true')).body.items,
    ).toContainEqual(expect.objectContaining({ id }));
    const { body: entities } = await request(scene.plugin.server)
      .get('/api/databases/catalog-entities')
      .set('authorization', mockCredentials.service.header());
    expect(entities.items).toContainEqual(
      expect.objectContaining({
        entityRef: 'resource:default/handed-db.development',
        entity: expect.objectContaining({
          spec: expect.objectContaining({ owner: PAYMENTS }),
        }),
      }),
    );

    await scene.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    await expect(session.query('SELECT 1')).rejects.toThrow();
    await expect(scene.tenants.connect(ofTara)).rejects.toThrow(
      /authentication/,
    );
    const stays = await scene.tenants.connect(ofSam);
    await stays.query('SELECT 1');
    await stays.end();
    expect(await marked(id)).toBe(PAYMENTS);
    const { database, revisions } = await stored(id);
    expect(database).toMatchObject({ owner: PAYMENTS, revision: 2 });
    expect(revisions.map(each => [each.revision, each.owner])).toEqual([
      [1, ORDERS],
      [2, PAYMENTS],
    ]);
    expect(revisions[1]).toMatchObject({
      spec: revisions[0].spec,
      created_by: 'user:default/sam',
    });
  });

  it('is on the timeline and in the audit trail, and both groups are told', async () => {
    const id = await scene.plugin.ready('told-db');
    await login('user:default/tara', id);
    await handOn(id).expect(202);
    const eventsFor = async (person: 'sam' | 'stranger') => {
      const { body } = await scene.plugin[person].get(
        `/databases/${id}/events`,
      );
      return body.items.map((each: { type: string; message: string }) => [
        each.type,
        each.message,
      ]);
    };
    const sentence = [
      'owner.changed',
      `Handed on from ${ORDERS} to ${PAYMENTS}: ${reason}`,
    ];
    const ofLogin = [
      'personal-login.revoked',
      expect.stringContaining('user:default/tara'),
    ];
    expect(await eventsFor('sam')).toEqual(
      expect.arrayContaining([sentence, ofLogin]),
    );
    // Who holds logins is for those who may hand them out.
    expect(await eventsFor('stranger')).toContainEqual(sentence);
    expect(await eventsFor('stranger')).not.toContainEqual(ofLogin);
    expect(scene.plugin.audit).toContainEqual({
      eventId: 'database-hand-on',
      status: 'succeeded',
      meta: {
        databaseId: id,
        name: 'told-db',
        environment: 'development',
        owner: PAYMENTS,
        reason,
        from: ORDERS,
        operationId: expect.any(String),
        operationType: 'hand-on',
      },
    });
    const told = () =>
      scene.plugin.notifications.filter(({ payload }) =>
        /^told-db .* belongs to/.test(payload.title),
      );
    await waitFor(() => told().length > 0);
    await scene.plugin.scheduler.triggerTask('databases-notify');
    expect(told()).toEqual([
      {
        recipients: {
          type: 'entity',
          entityRef: [ORDERS, PAYMENTS],
          excludeEntityRef: 'user:default/sam',
        },
        payload: expect.objectContaining({
          title: 'told-db (development) belongs to team-payments now',
          description: expect.stringContaining(reason),
          link: '/databases/development/told-db',
        }),
      },
    ]);
  });

  it('is told to the server when that is suspended, and what failed is tried again for the new owner', async () => {
    const id = await scene.plugin.ready('resting-db');
    const suspension = await scene.plugin.sam
      .post(`/databases/${id}/suspend`)
      .expect(202);
    await scene.plugin.until(
      `/operations/${suspension.body.operation.id}`,
      'succeeded',
    );
    const { body } = await handOn(id).expect(202);
    await scene.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect((await scene.plugin.sam.get(`/databases/${id}`)).body).toMatchObject(
      {
        state: 'suspended',
        owner: PAYMENTS,
      },
    );
    expect(await marked(id)).toBe(PAYMENTS);

    // Without the neighbour nothing proves that the login stays out of it.
    await scene.tenants.admin.query(
      `ALTER DATABASE slipway_neighbour RENAME TO away`,
    );
    const ordered = await scene.plugin.sam.post(
      '/databases',
      order('failed-db'),
    );
    await scene.plugin.until(
      `/operations/${ordered.body.operation.id}`,
      'failed',
    );
    const failed = ordered.body.database.id;
    const handed = await handOn(failed).expect(202);
    // Nothing follows: whoever tries again does it for the new owner.
    expect(handed.body.operation).toMatchObject({
      id: ordered.body.operation.id,
      state: 'failed',
    });
    await scene.tenants.admin.query(
      `ALTER DATABASE away RENAME TO slipway_neighbour`,
    );
    const retry = await scene.plugin.ines.post(`/databases/${failed}/retry`);
    await scene.plugin.until(
      `/operations/${retry.body.operation.id}`,
      'succeeded',
    );
    expect(await marked(failed)).toBe(PAYMENTS);
  });
});

describe('handing a database on while its server is away', () => {
  it('is so at once, and follows on the server when that is back', async () => {
    const knex = await test.init('POSTGRES_18');
    const tenants = await startTenants();
    let plugin = await startPlugin({ knex, tenants });
    try {
      const id = await plugin.ready('away-db');
      const { body: login } = await plugin.sam
        .post(`/databases/${id}/personal-logins`)
        .expect(201);
      await plugin.stop();
      plugin = await startPlugin({
        knex,
        tenants: { port: 1, password: tenants.password },
      });
      const { body } = await plugin.nora
        .post(`/databases/${id}/owner`, toPayments)
        .expect(202);
      await plugin.until(`/operations/${body.operation.id}`, 'waiting');
      expect(body.database.owner).toBe(PAYMENTS);
      await plugin.stop();

      plugin = await startPlugin({ knex, tenants });
      await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
      await expect(
        tenants.connect({
          user: login.login.username,
          password: login.password,
          database: login.endpoint.database,
        }),
      ).rejects.toThrow(/authentication/);
      const { body: logins } = await plugin.nora.get(
        `/databases/${id}/personal-logins`,
      );
      expect(logins.items).toMatchObject([{ state: 'revoked' }]);
    } finally {
      await plugin.stop();
      await tenants.stop();
    }
  });
});
