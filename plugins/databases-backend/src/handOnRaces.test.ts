import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import request from 'supertest';
import {
  ORDERS,
  PAYMENTS,
  PLATFORM,
  reason,
  toPayments,
  useHandingOn,
} from './__testUtils__/handingOn';
import { startPlugin } from './__testUtils__/startPlugin';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('handing a database on beside other changes', () => {
  const scene = useHandingOn(test);
  const { handOn, login, marked, stored } = scene;

  it('is done once for a key', async () => {
    const id = await scene.plugin.ready('once-db');
    const ask = () => handOn(id, 'sam', toPayments, 'the-key');
    const answers = await Promise.all([ask(), ask(), ask()]);
    answers.push(await ask());
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.operation.id)).size).toBe(1);
    expect((await stored(id)).revisions).toHaveLength(2);
    const other = await handOn(
      id,
      'sam',
      { ...toPayments, reason: 'Another' },
      'the-key',
    );
    expect([other.status, other.body.error.message]).toEqual([
      409,
      expect.stringContaining('used before with a different body'),
    ]);
    await request(scene.plugin.server)
      .post(`/api/databases/databases/${id}/owner`)
      .set('authorization', mockCredentials.user.header('user:default/sam'))
      .send(toPayments)
      .expect(400, /Idempotency-Key/);
  });

  it('waits for what is under way, and holds up what comes meanwhile', async () => {
    const id = await scene.plugin.ready('busy-db');
    await scene.plugin.nora.put('/pauses/shared', { reason: 'Maintenance' });
    const rotation = await scene.plugin.sam
      .post(`/databases/${id}/rotate`)
      .expect(202);
    const refused = await handOn(id);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringMatching(
        /^The database is busy: "Replace the application’s login", asked for by user:default\/sam, is \w+\. Hand it on when/,
      ),
    ]);
    expect((await stored(id)).database.owner).toBe(ORDERS);
    await scene.plugin.sam.post(`/databases/${id}/cancel`).expect(202);
    await scene.plugin.until(
      `/operations/${rotation.body.operation.id}`,
      'cancelled',
    );

    const ofTara = await login('user:default/tara', id);
    const { body } = await handOn(id).expect(202);
    // No pause holds up what makes it safer.
    await waitFor(async () =>
      scene.tenants.connect(ofTara).then(
        client => client.end().then(() => false),
        () => true,
      ),
    );
    await scene.plugin.until(`/operations/${body.operation.id}`, 'waiting');
    expect((await scene.plugin.sam.get(`/databases/${id}`)).body.owner).toBe(
      PAYMENTS,
    );
    await scene.plugin.sam.post(`/databases/${id}/suspend`).expect(409);
    const tooLate = await scene.plugin.sam.post(`/databases/${id}/cancel`);
    expect(tooLate.status).toBe(409);
    await scene.plugin.nora.delete('/pauses/shared').expect(204);
    await scene.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await marked(id)).toBe(PAYMENTS);
  });

  it('hands no login out to whom it would not be given any more', async () => {
    const id = await scene.plugin.ready('raced-db');
    const pathOf = `/databases/${id}/personal-logins`;
    let handed: Promise<unknown> | undefined;
    // Between the look at the groups and the login.
    scene.beforeCatalog = async () => {
      scene.beforeCatalog = async () => {};
      handed = handOn(id).expect(202);
      await handed;
    };
    const refused = await scene.plugin.as('user:default/tara').post(pathOf);
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringMatching(/was just handed on/),
    ]);
    expect((await stored(id)).logins).toEqual([]);
  });

  it('is written as a whole or not at all', async () => {
    const id = await scene.plugin.ready('whole-db');
    await login('user:default/tara', id);
    const before = await stored(id);
    const tables = [
      'databases',
      'database_revisions',
      'personal_logins',
      'operations_events',
      'operations_operations',
      'operations_steps',
      'operations_idempotency',
    ];
    for (const table of tables) {
      await scene.knex.raw(
        `CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$`,
      );
      await scene.knex.raw(
        `CREATE TRIGGER break AFTER INSERT OR UPDATE ON ?? FOR EACH ROW EXECUTE FUNCTION break()`,
        [table],
      );
      const { status } = await handOn(id);
      await scene.knex.raw('DROP FUNCTION break() CASCADE');
      expect([table, status]).toEqual([table, 500]);
      expect(await stored(id)).toEqual(before);
    }
    await handOn(id).expect(202);
  });

  it('is done by one of two replicas that are asked at once', async () => {
    const second = await startPlugin({
      knex: scene.knex,
      tenants: scene.tenants,
    });
    second.membership.set('user:default/sam', [ORDERS, PAYMENTS]);
    try {
      const id = await scene.plugin.ready('both-db');
      const answers = await Promise.all([
        scene.plugin.nora.post(`/databases/${id}/owner`, toPayments),
        second.nora.post(`/databases/${id}/owner`, { owner: PLATFORM, reason }),
      ]);
      expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
      const won = answers.find(({ status }) => status === 202)!;
      const { owner } = won.body.database;
      await scene.plugin.until(
        `/operations/${won.body.operation.id}`,
        'succeeded',
      );
      expect(await marked(id)).toBe(owner);
      expect((await stored(id)).revisions).toHaveLength(2);
    } finally {
      await second.stop();
    }
  });
});
