import { rm, writeFile } from 'node:fs/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import { startWithBackups, type WithBackups } from './__testUtils__/backups';
import { order } from './__testUtils__/startPlugin';

jest.setTimeout(180_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('a clone of a database', () => {
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

  const clone = (name: string, extra: object = {}, who = world.plugin.sam) =>
    who.post('/databases', order(name, { cloneOf: id, ...extra }));
  const messages = async (of: string): Promise<string[]> =>
    (await world.plugin.sam.get(`/databases/${of}/events`)).body.items.map(
      ({ message }: { message: string }) => message,
    );

  it('holds what the other held when it was ordered, by one request that may be repeated', async () => {
    const body = order('orders-copy', { cloneOf: id });
    const first = await world.plugin.sam.post('/databases', body, 'once');
    const again = await world.plugin.sam.post('/databases', body, 'once');
    expect([first.status, first.body.error]).toEqual([202, undefined]);
    expect(again.body.database.id).toBe(first.body.database.id);
    const { id: copy } = first.body.database;
    expect(first.body.operation.steps[0]).toMatchObject({
      title: 'Wait for the backup that it begins with',
    });
    await world.plugin.until(
      `/operations/${first.body.operation.id}`,
      'succeeded',
    );
    expect(await world.query(copy, 'SELECT name FROM tents')).toHaveLength(2);
    const backups = await world.list(id);
    expect(backups).toHaveLength(1);
    expect(first.body.database.restoredFrom).toMatchObject({
      backupId: backups[0].id,
      name: 'orders',
    });
    expect(await messages(id)).toContain(
      'To be cloned as orders-copy (development)',
    );
    // Each goes its own way.
    await world.query(copy, `DELETE FROM tents`);
    expect(await world.query(id, 'SELECT name FROM tents')).toHaveLength(2);
  });

  it('is for those who may have the other backed up and have what is in it', async () => {
    const theirs = await clone(
      'stolen',
      { owner: 'team-payments' },
      world.plugin.ines,
    );
    expect([theirs.status, theirs.body.error.message]).toEqual([
      403,
      expect.stringMatching(
        /^Only group:default\/team-orders and the platform/,
      ),
    ]);
    for (const [extra, problem] of [
      [{ cloneOf: 'orders' }, /^cloneOf is not the id of a database/],
      [{ cloneOf: NOBODY }, /^cloneOf is the id of no database that you may/],
      [{ restoreFrom: NOBODY }, /^cloneOf cannot be given with restoreFrom/],
    ] as const) {
      const { status, body } = await clone('refused', extra);
      expect([status, body.error.message]).toEqual([
        400,
        expect.stringMatching(problem),
      ]);
    }
    // Nothing of it was begun.
    expect(await world.list(id)).toHaveLength(1);
  });

  it('is either ordered with its backup or not at all', async () => {
    const before = (await world.list(id)).length;
    const taken = await clone('orders-copy');
    expect(taken.status).toBe(409);
    expect(await world.list(id)).toHaveLength(before);
    // While something else is done to the other, it cannot be backed up.
    const { nora, sam } = world.plugin;
    await nora.put('/pauses/shared', { reason: 'A test' }).expect(200);
    const { body } = await sam.post(`/databases/${id}/rotate`);
    const busy = await clone('busy-copy');
    expect([busy.status, busy.body.error.message]).toEqual([
      409,
      expect.stringMatching(/busy|under way|is running|is waiting/i),
    ]);
    const { body: none } = await sam.get('/databases?search=busy-copy');
    expect(none.items).toEqual([]);
    await nora.delete('/pauses/shared').expect(204);
    await world.plugin.until(`/operations/${body.operation.id}`, 'succeeded');
  });

  it('ends before anything was made when the backup fails, and says so', async () => {
    await rm(world.folder, { recursive: true });
    await writeFile(world.folder, 'in the way');
    const { body } = await clone('without-data');
    await world.plugin.until(`/operations/${body.operation.id}`, 'failed');
    await rm(world.folder);
    const { body: failed } = await world.plugin.sam.get(
      `/databases/${body.database.id}`,
    );
    expect(failed).toMatchObject({
      state: 'failed',
      stateReason: expect.stringMatching(
        /^The backup of orders \(development\) that it was to begin with is failed: .* Nothing was made/,
      ),
    });
    expect(
      (await world.tenants.databases()).filter(name => /without/.test(name)),
    ).toEqual([]);
    const removal = await world.plugin.sam.post(
      `/databases/${body.database.id}/delete`,
    );
    expect(removal.body.error).toBeUndefined();
    await world.plugin.until(
      `/operations/${removal.body.operation.id}`,
      'succeeded',
    );
  });
});
