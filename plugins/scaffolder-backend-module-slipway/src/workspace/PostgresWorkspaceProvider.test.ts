import {
  createMockDirectory,
  mockServices,
  TestDatabases,
} from '@backstage/backend-test-utils';
import fs from 'fs-extra';
import type { Knex } from 'knex';
import { randomBytes } from 'node:crypto';
import { openDatabase } from '../lib/migrate';
import { PostgresWorkspaceProvider } from './PostgresWorkspaceProvider';

jest.setTimeout(60_000);

describe('PostgresWorkspaceProvider', () => {
  const databases = TestDatabases.create({ ids: ['POSTGRES_18'] });
  const source = createMockDirectory();
  const target = createMockDirectory();
  let client: Knex;

  beforeAll(async () => {
    client = await databases.init('POSTGRES_18');
    await openDatabase(mockServices.database({ knex: client }));
  });

  beforeEach(async () => {
    await client('slipway_workspaces').delete();
    source.clear();
    target.clear();
  });

  const open = (maxSizeMiB = 20) =>
    PostgresWorkspaceProvider.create({ client, maxSizeMiB });

  it('gives files back on another replica, with their modes and links', async () => {
    const large = randomBytes(3_500_000);
    source.setContent({
      'a/b.txt': 'hello',
      'run.sh': '#!/bin/sh',
      '.git': {},
    });
    await fs.writeFile(source.resolve('large.bin'), large);
    await fs.chmod(source.resolve('run.sh'), 0o755);
    await fs.symlink('a/b.txt', source.resolve('link'));

    await open().serializeWorkspace({ path: source.path, taskId: 't' });
    await open().rehydrateWorkspace({ taskId: 't', targetPath: target.path });

    expect(await fs.readFile(target.resolve('a/b.txt'), 'utf8')).toBe('hello');
    expect(large.equals(await fs.readFile(target.resolve('large.bin')))).toBe(
      true,
    );
    const { mode } = await fs.stat(target.resolve('run.sh'));
    expect(mode % 0o1000).toBe(0o755);
    expect(await fs.readlink(target.resolve('link'))).toBe('a/b.txt');
    expect(await fs.pathExists(target.resolve('.git'))).toBe(true);
    const chunks = await client('slipway_workspace_chunks');
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.every(({ content }) => content.length <= 1024 * 1024)).toBe(
      true,
    );
  });

  it('keeps the latest, and nothing that a crash left on disk', async () => {
    source.setContent({ 'old.txt': 'old' });
    await open().serializeWorkspace({ path: source.path, taskId: 't' });
    source.setContent({ 'new.txt': 'new' });
    await open().serializeWorkspace({ path: source.path, taskId: 't' });
    target.setContent({ 'half-written.txt': 'ha' });
    await open().rehydrateWorkspace({ taskId: 't', targetPath: target.path });
    expect(target.content()).toEqual({ 'new.txt': 'new' });
  });

  it('empties the directory of a task that was never stored', async () => {
    target.setContent({ 'half-written.txt': 'ha' });
    await open().rehydrateWorkspace({ taskId: 'x', targetPath: target.path });
    expect(target.content()).toEqual({});
  });

  it('refuses what is too large, says how to mend it, and keeps what it had', async () => {
    source.setContent({ 'small.txt': 'small' });
    await open(1).serializeWorkspace({ path: source.path, taskId: 't' });
    await fs.writeFile(source.resolve('zeros.bin'), Buffer.alloc(1_200_000));
    await expect(
      open(1).serializeWorkspace({ path: source.path, taskId: 't' }),
    ).rejects.toThrow(
      /more than 1 MiB.*raise scaffolder\.slipway\.workspace\.maxSizeMiB/,
    );
    await open(1).rehydrateWorkspace({ taskId: 't', targetPath: target.path });
    expect(target.content()).toEqual({ 'small.txt': 'small' });
  });

  it('serves two writers of one task one after the other', async () => {
    source.setContent({ 'a.txt': 'a' });
    await Promise.all(
      [1, 2, 3].map(() =>
        open().serializeWorkspace({ path: source.path, taskId: 't' }),
      ),
    );
    await open().rehydrateWorkspace({ taskId: 't', targetPath: target.path });
    expect(target.content()).toEqual({ 'a.txt': 'a' });
  });

  it('gives back one archive whole while another takes its place', async () => {
    const before = randomBytes(3_500_000);
    await fs.writeFile(source.resolve('large.bin'), before);
    await open().serializeWorkspace({ path: source.path, taskId: 't' });
    const after = randomBytes(3_500_000);
    await fs.writeFile(source.resolve('large.bin'), after);

    let looks = 0;
    const dialect = client.client.constructor.prototype;
    const query = dialect._query;
    const spy = jest
      .spyOn(dialect, '_query')
      .mockImplementation(async function replaceMeanwhile(
        this: unknown,
        ...args: any[]
      ) {
        const { sql } = args[1] as { sql: string };
        const isLook = /^select "content"/.test(sql);
        looks += isLook ? 1 : 0;
        if (isLook && looks === 2) {
          await open().serializeWorkspace({ path: source.path, taskId: 't' });
        }
        return query.apply(this, args);
      });
    await open().rehydrateWorkspace({ taskId: 't', targetPath: target.path });
    spy.mockRestore();
    expect(looks).toBeGreaterThan(3);
    const large = await fs.readFile(target.resolve('large.bin'));
    expect(before.equals(large)).toBe(true);

    await open().rehydrateWorkspace({ taskId: 't', targetPath: target.path });
    const next = await fs.readFile(target.resolve('large.bin'));
    expect(after.equals(next)).toBe(true);
  });

  it('leaves nothing behind after the task', async () => {
    source.setContent({ 'a.txt': 'a' });
    await open().serializeWorkspace({ path: source.path, taskId: 't' });
    await open().serializeWorkspace({ path: source.path, taskId: 'other' });
    await open().cleanWorkspace({ taskId: 't' });
    const left = await client('slipway_workspace_chunks').distinct('task_id');
    expect(left).toEqual([{ task_id: 'other' }]);
  });

  it('forgets what nobody took up again', async () => {
    source.setContent({ 'a.txt': 'a' });
    await open().serializeWorkspace({ path: source.path, taskId: 'old' });
    await client('slipway_workspaces').update({
      updated_at: client.raw(`now() - interval '8 days'`),
    });
    await open().serializeWorkspace({ path: source.path, taskId: 'young' });
    expect(await open().cleanOlderThan(7)).toBe(1);
    const left = await client('slipway_workspaces').select('task_id');
    expect(left).toEqual([{ task_id: 'young' }]);
  });
});
