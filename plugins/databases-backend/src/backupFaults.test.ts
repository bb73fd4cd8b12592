import { setTimeout as sleep } from 'node:timers/promises';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { TestDatabases } from '@backstage/backend-test-utils';
import { startWithBackups, type WithBackups } from './__testUtils__/backups';

jest.setTimeout(180_000);
const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });

describe('backups when something goes wrong', () => {
  let world: WithBackups;
  let id: string;

  beforeAll(async () => {
    world = await startWithBackups(databases);
    id = await world.plugin.ready('orders');
    await world.query(
      id,
      `CREATE TABLE tents AS SELECT g AS n, repeat(md5(g::text), 40) AS t FROM generate_series(1, 2000) g`,
    );
  });
  afterAll(() => world?.stop());

  const begin = async () => {
    const { body, status } = await world.plugin.sam.post(
      `/databases/${id}/backup`,
    );
    expect([status, body.error]).toEqual([202, undefined]);
    return body.operation.id as string;
  };
  const operation = async (operationId: string) =>
    (await world.plugin.sam.get(`/operations/${operationId}`)).body;
  const count = async () => world.query(id, 'SELECT count(*)::int FROM tents');
  /** What is on the server beside the databases of teams. */
  const leftBehind = async () => {
    const { rows } = await world.tenants.admin.query(
      `SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1`,
    );
    return {
      databases: await world.tenants.databases(),
      roles: rows.map(row => row.rolname),
    };
  };

  it('says which place it cannot be written to, and leaves nothing half made', async () => {
    const before = await leftBehind();
    await rm(world.folder, { recursive: true });
    await writeFile(world.folder, 'in the way');
    const operationId = await begin();
    await world.plugin.until(`/operations/${operationId}`, 'failed');
    await rm(world.folder);
    const { error } = await operation(operationId);
    expect(error.message).toMatch(/databases\.backups\.folder/);
    expect((await world.list(id))[0]).toMatchObject({
      state: 'failed',
      problem: error.message,
    });
    expect(await leftBehind()).toEqual(before);
    await world.backUp(id);
  });

  it('is called off without a trace on the server', async () => {
    const before = await leftBehind();
    const operationId = await begin();
    const { body } = await world.plugin.sam.post(`/databases/${id}/cancel`);
    expect(body.error).toBeUndefined();
    await world.plugin.until(`/operations/${operationId}`, 'cancelled');
    const [backup] = await world.list(id);
    expect(['failed', 'kept']).toContain(backup.state);
    expect(await leftBehind()).toEqual(before);
  });

  it('is called off in the middle of a long dump, which ends at once', async () => {
    const files = await world.files();
    await world.query(id, 'SELECT 1');
    const before = await leftBehind();
    const [{ current_database: database }] = (await world.query(
      id,
      'SELECT current_database()',
    )) as { current_database: string }[];
    const holder = await world.tenants.connect({
      user: 'postgres',
      password: world.tenants.adminPassword,
      database,
    });
    // The dump waits for it, for a minute at most.
    await holder.query('BEGIN; LOCK TABLE tents IN ACCESS EXCLUSIVE MODE');
    const dumping = async () => {
      const { rows } = await world.tenants.admin.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%ACCESS SHARE%'`,
      );
      return rows.length;
    };
    try {
      const operationId = await begin();
      while (!(await dumping())) await sleep(50);
      const other = await world.plugin.sam.post(`/databases/${id}/rotate`);
      expect(other.status).toBe(409);
      const asked = Date.now();
      await world.plugin.sam.post(`/databases/${id}/cancel`).expect(202);
      await world.plugin.until(`/operations/${operationId}`, 'cancelled');
      expect(Date.now() - asked).toBeLessThan(15_000);
      expect(await dumping()).toBe(0);
      expect((await world.list(id))[0]).toMatchObject({
        state: 'failed',
        problem: 'It was called off.',
      });
      expect(await leftBehind()).toEqual(before);
      expect(await world.files()).toEqual(files);
      const { body } = await world.plugin.sam.get(`/databases/${id}/events`);
      const said = body.items
        .filter(
          (each: { operationId?: string }) => each.operationId === operationId,
        )
        .map((each: { message: string }) => each.message);
      expect(said).toEqual([
        'Asked for: Back the database up',
        'Begins: Write the backup and seal it',
        'Asked to call off: Back the database up',
        'Called off, and is taken back: Back the database up',
        'Begins: Remove the database it was proven in',
        'Done: Remove the database it was proven in',
        'Called off: Back the database up',
      ]);
    } finally {
      await holder.end();
    }
    // What it held up can be done now.
    await world.backUp(id);
  });

  it('gives back what was there when the backup turns out to be damaged', async () => {
    const backup = await world.backUp(id);
    const file = (await world.files()).find(each => each.includes(backup.id))!;
    const content = await readFile(file);
    await world.query(id, 'DELETE FROM tents WHERE n > 500');
    const damaged = Buffer.from(content);
    damaged[damaged.length - 100] ^= 1;
    await rename(file, `${file}-aside`);
    await writeFile(file, damaged);
    const { body } = await world.plugin.sam.post(`/databases/${id}/restore`, {
      backupId: backup.id,
      confirmName: 'orders',
    });
    await world.plugin.until(`/operations/${body.operation.id}`, 'failed');
    const { error } = await operation(body.operation.id);
    expect(error).toMatchObject({
      stepId: 'restore-data',
      message: expect.stringMatching(/not the one that was written/),
    });
    expect(await count()).toEqual([{ count: 500 }]);
    const after = await world.plugin.sam.get(`/databases/${id}`);
    expect(after.body.state).toBe('ready');
    expect((await world.list(id))[0]).toMatchObject({
      kind: 'before-restore',
      state: 'kept',
    });
  });

  it('ends as suspended when somebody gives up putting back what was there', async () => {
    const wanted = await world.backUp(id);
    const fileOf = async (backupId: string) =>
      (await world.files()).find(each => each.includes(backupId))!;
    const file = await fileOf(wanted.id);
    const content = await readFile(file);
    const damaged = Buffer.from(content);
    damaged[damaged.length - 100] ^= 1;
    await rename(file, `${file}-aside`);
    await writeFile(file, damaged);
    // Keeps what it holds from being replaced, until the way back is gone.
    const [{ current_database: database }] = (await world.query(
      id,
      'SELECT current_database()',
    )) as { current_database: string }[];
    const holder = await world.tenants.connect({
      user: 'postgres',
      password: world.tenants.adminPassword,
      database,
    });
    await holder.query('BEGIN; LOCK TABLE tents IN ACCESS SHARE MODE');
    const { body } = await world.plugin.sam.post(`/databases/${id}/restore`, {
      backupId: wanted.id,
      confirmName: 'orders',
    });
    const path = `/operations/${body.operation.id}`;
    const step = async (stepId: string) =>
      (await operation(body.operation.id)).steps.find(
        (each: { id: string }) => each.id === stepId,
      );
    while ((await step('restore-data')).state !== 'running') await sleep(50);
    const safety = await fileOf((await world.list(id))[0].id);
    await rename(safety, `${safety}-aside`);
    await holder.end();

    await world.plugin.until(path, 'uncertain');
    const stuck = await world.plugin.sam.get(`/databases/${id}`);
    expect(stuck.body).toMatchObject({
      state: 'uncertain',
      stateReason: expect.stringMatching(/file of the backup/),
    });
    await world.plugin.sam.post(`/databases/${id}/give-up`).expect(202);
    await world.plugin.until(path, 'failed');
    const left = await world.plugin.sam.get(`/databases/${id}`);
    expect(left.body).toMatchObject({
      state: 'suspended',
      stateReason: expect.stringMatching(/Not taken back: The file/),
    });
    const canLogIn = async () => {
      const { rows } = await world.tenants.admin.query(
        `SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname LIKE $1`,
        [`${database}%`],
      );
      return rows.length;
    };
    expect(await canLogIn()).toBe(0);

    // The way out.
    const resumed = await world.plugin.sam.post(`/databases/${id}/resume`);
    await world.plugin.until(
      `/operations/${resumed.body.operation.id}`,
      'succeeded',
    );
    expect(await canLogIn()).toBe(1);
    await rename(`${file}-aside`, file);
    const again = await world.plugin.sam.post(`/databases/${id}/restore`, {
      backupId: wanted.id,
      confirmName: 'orders',
    });
    await world.plugin.until(
      `/operations/${again.body.operation.id}`,
      'succeeded',
    );
    expect(await count()).toEqual([{ count: 500 }]);
  });

  it('says of a backup that does not prove itself what is wrong with it', async () => {
    // Nobody can read such rows, their owner neither: a dump would lack them in silence.
    await world.query(
      id,
      `CREATE TABLE hidden (t text); INSERT INTO hidden VALUES ('x');
       ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; ALTER TABLE hidden FORCE ROW LEVEL SECURITY`,
    );
    const operationId = await begin();
    await world.plugin.until(`/operations/${operationId}`, 'failed');
    expect((await world.list(id))[0]).toMatchObject({
      state: 'failed',
      problem: expect.stringMatching(/hidden/),
    });
    await world.query(id, 'DROP TABLE hidden');
  });

  it('goes on when the server comes back', async () => {
    const operationId = await begin();
    await world.tenants.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    );
    await world.plugin.until(`/operations/${operationId}`, 'succeeded');
    expect((await world.list(id))[0].provenAt).toEqual(expect.any(String));
  });

  it('removes what attempts left, once nobody can be writing it any more', async () => {
    const [newest] = await world.list(id);
    const left = `${id}/${newest.id}-00000000.age`;
    await writeFile(`${world.folder}/${left}`, 'half of it');
    const insert = (name: string, days: number) =>
      world.knex('database_backup_files').insert({
        name,
        backup_id: newest.id,
        store: 'folder',
        created_at: new Date(Date.now() - days * 86_400_000),
      });
    await insert(left, 2);
    await insert(`${id}/${newest.id}-11111111.age`, 0);
    await world.plugin.scheduler.triggerTask('databases-remove-backups');
    expect((await world.files()).some(each => each.endsWith(left))).toBe(false);
    const names = await world
      .knex('database_backup_files')
      .where({ backup_id: newest.id })
      .pluck('name');
    expect(names).toHaveLength(2);
    expect(names).not.toContain(left);
  });
});
