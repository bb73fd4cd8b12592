import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDatabases } from '@backstage/backend-test-utils';
import type { DatabaseBackup } from '@slipway/plugin-databases-common';
import type { JsonObject } from '@backstage/types';
import type { Knex } from 'knex';
import { startPlugin, type Plugin } from './startPlugin';
import { startTenants, type Tenants } from './startTenants';

/** The plugin with a folder for backups, and what a test needs to look into both. */
export async function startWithBackups(
  databases: TestDatabases,
  options: { backups?: JsonObject; graceHours?: number } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-backups-'));
  const tenants: Tenants = await startTenants();
  const knex: Knex = await databases.init('POSTGRES_18');
  const plugin: Plugin = await startPlugin({
    knex,
    tenants,
    graceHours: options.graceHours,
    backups: { folder: { path: folder }, ...options.backups },
  });

  const list = async (id: string): Promise<DatabaseBackup[]> =>
    (await plugin.nora.get(`/databases/${id}/backups`)).body.items;

  /** Few are given to one person in a minute; a restore ends them. */
  const logins = new Map<string, Parameters<Tenants['connect']>[0]>();
  const connect = async (id: string) => {
    const known = logins.get(id);
    if (known) {
      const client = await tenants.connect(known).catch(() => undefined);
      if (client) return client;
    }
    const { body } = await plugin.sam.post(`/databases/${id}/personal-logins`, {
      access: 'schema',
    });
    const login = {
      user: body.login.username,
      password: body.password,
      database: body.endpoint.database,
    };
    logins.set(id, login);
    return tenants.connect(login);
  };

  return {
    folder,
    tenants,
    knex,
    plugin,
    list,
    /** Takes one as sam; it is kept and proven. */
    async backUp(id: string): Promise<DatabaseBackup> {
      const { body, status } = await plugin.sam.post(`/databases/${id}/backup`);
      expect([status, body.error]).toEqual([202, undefined]);
      await plugin.until(`/operations/${body.operation.id}`, 'succeeded');
      return (await list(id))[0];
    },
    /** What a statement answers in a database, as a person who may make tables. */
    async query(id: string, sql: string): Promise<unknown[]> {
      const client = await connect(id);
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    async files(): Promise<string[]> {
      const entries = await readdir(folder, {
        recursive: true,
        withFileTypes: true,
      });
      return entries
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath, entry.name));
    },
    async stop() {
      await plugin.stop();
      await tenants.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type WithBackups = Awaited<ReturnType<typeof startWithBackups>>;
