import { TestDatabases } from '@backstage/backend-test-utils';
import { waitFor } from '@slipway/backend-utils/testUtils';
import { startWithBackups, type WithBackups } from './__testUtils__/backups';

jest.setTimeout(180_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('backups that nobody asks for', () => {
  let world: WithBackups;

  beforeAll(async () => {
    world = await startWithBackups(databases, {
      backups: {
        schedule: [
          { environments: ['development'], everyHours: 12, keepDays: 7 },
        ],
      },
    });
  });
  afterAll(() => world?.stop());

  const look = () =>
    world.plugin.scheduler.triggerTask('databases-begin-backups');
  const older = (id: string, hours: number) =>
    world.knex.raw(
      `UPDATE databases SET created_at = created_at - ? * interval '1 hour' WHERE id = ?`,
      [hours, id],
    );
  /** The backups of a database once that many are proven and nothing is under way. */
  const kept = async (id: string, count: number) => {
    await waitFor(async () => {
      const backups = await world.list(id);
      const { body: database } = await world.plugin.nora.get(
        `/databases/${id}`,
      );
      const { body: last } = await world.plugin.nora.get(
        `/operations/${database.operationId}`,
      );
      const proven = backups.filter(each => each.provenAt);
      return proven.length === count && last.finishedAt !== undefined;
    });
    return world.list(id);
  };

  it('are taken when their time has come, and no sooner', async () => {
    const id = await world.plugin.ready('orders');
    const elsewhere = await world.plugin.ready('staged', {
      environment: 'staging',
    });
    await look();
    expect(await world.list(id)).toEqual([]);
    await older(id, 2);
    await older(elsewhere, 2);
    await Promise.all([look(), look()]);
    const [backup] = await kept(id, 1);
    expect(backup).toMatchObject({
      kind: 'scheduled',
      createdBy: 'plugin:databases',
    });
    const days = (to: string) =>
      (Date.parse(to) - Date.parse(backup.createdAt)) / 86_400_000;
    expect(days(backup.expiresAt)).toBeCloseTo(7, 2);
    await look();
    expect(await world.list(id)).toHaveLength(1);
    await world.knex.raw(
      `UPDATE database_backups SET created_at = created_at - interval '12 hours' WHERE database_id = ?`,
      [id],
    );
    await look();
    await kept(id, 2);
    expect(await world.list(elsewhere)).toEqual([]);
  });

  it('end a database only when there is a proven one of what it held', async () => {
    const id = await world.plugin.ready('leaving');
    await world.backUp(id);
    await world.query(id, 'CREATE TABLE last_words (t text)');
    const { sam } = world.plugin;
    const purge = (extra: object = {}) =>
      sam.post(`/databases/${id}/delete`, { confirmName: 'leaving', ...extra });
    await sam.post(`/databases/${id}/delete`);
    await world.plugin.until(`/databases/${id}`, 'suspended');
    const early = await purge();
    expect([early.status, early.body.error.message]).toEqual([
      409,
      expect.stringMatching(/no proven backup yet of what it holds/),
    ]);
    const missing = async () =>
      (await sam.get(`/databases/${id}/blast-radius`)).body.deletion
        .missingBackup;
    expect(await missing()).toMatch(/^None was taken yet/);
    await look();
    const [last] = await kept(id, 2);
    expect(await missing()).toBeUndefined();
    expect(last).toMatchObject({ kind: 'final', contents: { tables: 1 } });
    const { body, status } = await purge();
    expect([status, body.error]).toEqual([202, undefined]);
    await world.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    // Of what is gone a new one can be made.
    const again = await world.plugin.ready('again', { restoreFrom: last.id });
    expect(await world.query(again, 'SELECT * FROM last_words')).toEqual([]);
  });

  it('are done without when somebody says so, and that is on the timeline', async () => {
    const id = await world.plugin.ready('unloved');
    const { sam } = world.plugin;
    await sam.post(`/databases/${id}/delete`);
    await world.plugin.until(`/databases/${id}`, 'suspended');
    const purge = (body: object) =>
      sam.post(`/databases/${id}/delete`, { confirmName: 'unloved', ...body });
    expect((await purge({ withoutBackup: 'yes' })).status).toBe(400);
    const silent = await purge({ withoutBackup: true });
    expect([silent.status, silent.body.error.message]).toEqual([
      400,
      expect.stringMatching(/^reason is missing/),
    ]);
    const reason = 'It held samples only';
    const { body } = await purge({ withoutBackup: true, reason });
    await world.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    const { body: events } = await world.plugin.nora.get(
      `/databases/${id}/events`,
    );
    expect(events.items).toContainEqual(
      expect.objectContaining({
        type: 'backup.waived',
        message: expect.stringContaining(reason),
        actor: 'user:default/sam',
      }),
    );
    expect(await world.list(id)).toEqual([]);
  });
});
