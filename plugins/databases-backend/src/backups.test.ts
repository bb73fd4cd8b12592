import { readFile } from 'node:fs/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import { startWithBackups, type WithBackups } from './__testUtils__/backups';
import { order } from './__testUtils__/startPlugin';

jest.setTimeout(180_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('backups', () => {
  let world: WithBackups;
  let id: string;

  beforeAll(async () => {
    world = await startWithBackups(databases);
    id = await world.plugin.ready('orders');
    await world.query(
      id,
      `CREATE TABLE tents (name text); INSERT INTO tents VALUES ('red'), ('blue')`,
    );
  });
  afterAll(() => world?.stop());

  const restore = (body: object, who = world.plugin.sam, database = id) =>
    who.post(`/databases/${database}/restore`, body);
  const tents = (database = id) =>
    world.query(database, 'SELECT name FROM tents ORDER BY name');

  it('writes one that nobody can read, proves it, and leaves nothing else behind', async () => {
    const before = await world.tenants.databases();
    const backup = await world.backUp(id);
    expect(backup).toMatchObject({
      kind: 'on-request',
      state: 'kept',
      format: 'pg_dump-custom',
      contents: { tables: 1, rows: 2 },
      provenAt: expect.any(String),
      createdBy: 'user:default/sam',
    });
    expect(backup.problem).toBeUndefined();
    const [file, ...others] = await world.files();
    expect(others).toEqual([]);
    const content = await readFile(file);
    expect(content).toHaveLength(backup.storedBytes!);
    expect(content.includes('PGDMP') || content.includes('tents')).toBe(false);
    expect(await world.tenants.databases()).toEqual(before);
    const { body } = await world.plugin.sam.get(`/databases/${id}`);
    expect(body).toMatchObject({
      state: 'ready',
      backups: { lastTakenAt: backup.takenAt, lastProvenAt: backup.provenAt },
    });
  });

  it('answers a repeated request with the same backup', async () => {
    const path = `/databases/${id}/backup`;
    const first = await world.plugin.sam.post(path, {}, 'the-same');
    const again = await world.plugin.sam.post(path, {}, 'the-same');
    expect(again.body.operation.id).toBe(first.body.operation.id);
    await world.plugin.until(
      `/operations/${first.body.operation.id}`,
      'succeeded',
    );
    expect(await world.list(id)).toHaveLength(2);
  });

  it('is used while it is backed up', async () => {
    const { body } = await world.plugin.sam.post(`/databases/${id}/backup`);
    expect(body.database.state).toBe('ready');
    expect(await tents()).toHaveLength(2);
    await world.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
  });

  it('restores in place, with what was there before as a backup', async () => {
    const [wanted] = await world.list(id);
    await world.query(id, `DELETE FROM tents; CREATE TABLE later (id int)`);
    const { body, status } = await restore({
      backupId: wanted.id,
      confirmName: 'orders',
    });
    expect([status, body.error]).toEqual([202, undefined]);
    await world.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
    expect(await tents()).toEqual([{ name: 'blue' }, { name: 'red' }]);
    await expect(world.query(id, 'SELECT * FROM later')).rejects.toThrow(
      /does not exist/,
    );
    const [safety] = await world.list(id);
    expect(safety).toMatchObject({
      kind: 'before-restore',
      state: 'kept',
      contents: { tables: 2, rows: 0 },
      provenAt: expect.any(String),
    });
    const database = await world.plugin.sam.get(`/databases/${id}`);
    expect(database.body.state).toBe('ready');
  });

  it('fills a new database, whose owner it belongs to', async () => {
    const [, wanted] = await world.list(id);
    const copy = await world.plugin.ready('copy', { restoreFrom: wanted.id });
    expect(await tents(copy)).toEqual([{ name: 'blue' }, { name: 'red' }]);
    await world.query(copy, 'ALTER TABLE tents ADD COLUMN size int');
    const { body } = await world.plugin.sam.get(`/databases/${copy}`);
    expect(body.restoredFrom).toEqual({
      backupId: wanted.id,
      name: 'orders',
      environment: 'development',
      takenAt: wanted.takenAt,
    });
  });

  it.each([
    ['another name', { confirmName: 'order' }, 400, /confirmName is not/],
    ['no name', { confirmName: undefined }, 400, /confirmName/],
    ['no such backup', { backupId: NOBODY }, 404, /backupId/],
    ['no id', { backupId: "1'; DROP" }, 400, /backupId is not the id/],
    ['a field too much', { force: true }, 400, /"force"/],
  ])('refuses to restore with %s', async (_, change, status, message) => {
    const [{ id: backupId }] = await world.list(id);
    const answer = await restore({
      backupId,
      confirmName: 'orders',
      ...change,
    });
    expect([answer.status, answer.body.error.message]).toEqual([
      status,
      expect.stringMatching(message),
    ]);
    expect(await tents()).toHaveLength(2);
  });

  it('restores no backup into a database that it is not of', async () => {
    const other = await world.plugin.ready('other');
    const [{ id: backupId }] = await world.list(id);
    const answer = await restore(
      { backupId, confirmName: 'other' },
      world.plugin.sam,
      other,
    );
    expect(answer.status).toBe(404);
  });

  it('is nobody’s business but the owners’', async () => {
    const { ines } = world.plugin;
    const [{ id: backupId }] = await world.list(id);
    expect((await ines.post(`/databases/${id}/backup`)).status).toBe(403);
    expect(
      (await restore({ backupId, confirmName: 'orders' }, ines)).status,
    ).toBe(403);
    const ordered = await ines.post(
      '/databases',
      order('stolen', { owner: 'team-payments', restoreFrom: backupId }),
    );
    expect(ordered.status).toBe(403);
    const unknown = await ines.post(
      '/databases',
      order('stolen', { owner: 'team-payments', restoreFrom: NOBODY }),
    );
    expect([unknown.status, unknown.body.error.message]).toEqual([
      400,
      expect.stringMatching(/restoreFrom/),
    ]);
  });

  it('is forgotten with its file and its key when its time has come', async () => {
    const backup = await world.backUp(id);
    // The newest that is proven stays, as long as the database does.
    const newest = await world.backUp(id);
    const before = await world.files();
    await world
      .knex('database_backups')
      .whereIn('id', [backup.id, newest.id])
      .update({ expires_at: new Date(0) });
    await world.plugin.scheduler.triggerTask('databases-remove-backups');
    expect((await world.list(id)).slice(0, 2)).toMatchObject([
      { id: newest.id, state: 'kept' },
      { id: backup.id, state: 'removed' },
    ]);
    expect(await world.files()).toHaveLength(before.length - 1);
    const keys = await world
      .knex('sealed_secrets')
      .where('id', 'like', `backup/%${backup.id}%`);
    expect(keys).toEqual([]);
    const answer = await restore({
      backupId: backup.id,
      confirmName: 'orders',
    });
    expect([answer.status, answer.body.error.message]).toEqual([
      409,
      expect.stringMatching(/is removed. Choose one that is kept/),
    ]);
  });
});
