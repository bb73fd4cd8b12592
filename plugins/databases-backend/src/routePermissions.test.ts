import { mockCredentials, TestDatabases } from '@backstage/backend-test-utils';
import {
  type Route,
  findUnasked,
  routesOf,
} from '@slipway/backend-utils/testUtils';
import { databasePermissions } from '@slipway/plugin-databases-common';
import request from 'supertest';
import { order, startPlugin, type Plugin } from './__testUtils__/startPlugin';
import { startTenants, type Tenants } from './__testUtils__/startTenants';
import { spec } from './schema/openapi';

jest.setTimeout(180_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('routes', () => {
  let withheld: string | undefined;
  let tenants: Tenants;
  let plugin: Plugin;
  let databaseId: string;
  let operationId: string;
  let loginId: string;

  beforeAll(async () => {
    tenants = await startTenants();
    plugin = await startPlugin({
      knex: await test.init('POSTGRES_18'),
      tenants,
      withheld: () => withheld,
    });
    databaseId = await plugin.ready('orders');
    // One of the same name that is not ours.
    await tenants.admin.query('CREATE DATABASE orders');
    await tenants.admin.query('REVOKE ALL ON DATABASE orders FROM PUBLIC');
    const login = await plugin.sam
      .post(`/databases/${databaseId}/personal-logins`)
      .expect(201);
    loginId = login.body.login.id;
    const { body } = await plugin.sam
      .post(`/databases/${databaseId}/rotate`)
      .expect(202);
    operationId = body.operation.id;
    await plugin.until(`/operations/${operationId}`, 'succeeded');
  });
  afterAll(async () => {
    await plugin?.stop();
    await tenants?.stop();
  });

  let calls = 0;
  async function call({ method, path, operationId: called }: Route) {
    const values: Record<string, string> = {
      id: databaseId,
      loginId,
      operationId,
      providerId: 'shared',
      environment: 'development',
      name: called === 'GetEventSchema' ? 'database-state-v1' : 'orders',
    };
    const address = path.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    const bodies: Record<string, object> = {
      CreateDatabase: order(`more-${(calls += 1)}`),
      PauseProvider: { reason: 'For a test' },
      ExtendDatabase: { expiresAt: '2999-12-31' },
      HandOnDatabase: { owner: 'team-orders', reason: 'For a test' },
    };
    const queries: Record<string, string> = {
      ListLoginsOfPerson: '?person=user:default/sam',
      GetCosts: '?from=2026-01&to=2026-01',
      ListCosts: '?from=2026-01&to=2026-01',
      ExportCosts: '?from=2026-01&to=2026-01&format=csv',
      GetQuota: '?owner=team-orders&environment=development&engine=postgres',
    };
    const { status } = await request(plugin.server)
      [method](`/api/databases${address}${queries[called] ?? ''}`)
      .set(
        'authorization',
        called === 'ListCatalogEntities'
          ? mockCredentials.service.header()
          : mockCredentials.user.header('user:default/sam'),
      )
      .set('idempotency-key', `key-${(calls += 1)}`)
      .send(bodies[called] ?? (method === 'post' ? {} : undefined));
    return status;
  }

  it('ask what the contract says they ask', async () => {
    expect(
      await findUnasked({
        routes: routesOf(spec),
        known: databasePermissions,
        call,
        withhold: permission => {
          withheld = permission;
        },
      }),
    ).toEqual([]);
  });
});
