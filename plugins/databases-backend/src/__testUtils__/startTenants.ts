import { randomBytes } from 'node:crypto';
import { bootstrapServer } from '@slipway/plugin-databases-backend-module-postgres';
import { Client } from 'pg';
// eslint-disable-next-line @backstage/no-relative-monorepo-imports -- a test server that is no part of that package's interface
import { startPostgres } from '../../../databases-backend-module-postgres/src/__testUtils__/startPostgres';

/** A tenants' server of its own, with passwords checked, prepared as an administrator would. */
export async function startTenants(settings: Record<string, string> = {}) {
  const postgres = await startPostgres({
    reserved_connections: '4',
    // A login that was turned off is set up again after that.
    authentication_timeout: '2s',
    ...settings,
  });
  const admin = await postgres.admin();
  const password = randomBytes(12).toString('hex');
  await bootstrapServer(admin, { provisioner: 'provisioner', password });
  return {
    admin,
    port: postgres.port,
    password,
    adminPassword: postgres.password,
    kill: postgres.kill,
    stop: postgres.stop,
    /** Names of the databases that tenants have. */
    async databases(): Promise<string[]> {
      const { rows } = await admin.query(
        `SELECT datname FROM pg_database WHERE datname !~ '^(postgres|template.|slipway_neighbour)$' ORDER BY 1`,
      );
      return rows.map(row => row.datname);
    },
    async connect(login: {
      user: string;
      password: string;
      database: string;
    }): Promise<Client> {
      const client = new Client({
        host: '127.0.0.1',
        port: postgres.port,
        ...login,
      });
      client.on('error', () => {
        // Ended by the server, which is what a test waits for.
      });
      await client.connect();
      return client;
    },
  };
}

export type Tenants = Awaited<ReturnType<typeof startTenants>>;
