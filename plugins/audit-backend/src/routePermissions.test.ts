import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  createMockDirectory,
  mockCredentials,
  mockServices,
  startTestBackend,
  TestDatabases,
} from '@backstage/backend-test-utils';
import {
  allBut,
  findUnasked,
  routesOf,
} from '@slipway/backend-utils/testUtils';
import { auditPermissions } from '@slipway/plugin-audit-common';
import {
  auditTrailServiceRef,
  QueuedAuditTrail,
} from '@slipway/plugin-audit-node';
import request from 'supertest';
import auditPlugin from '.';
import { spec } from './schema/openapi';

jest.setTimeout(60_000);

const test = TestDatabases.create({ ids: ['POSTGRES_18'] });
describe('routes', () => {
  const directory = createMockDirectory();
  let withheld: string | undefined;
  let server: Parameters<typeof request>[0];

  beforeAll(async () => {
    ({ server } = await startTestBackend({
      features: [
        auditPlugin,
        mockServices.database.factory({
          knex: await test.init('POSTGRES_18'),
        }),
        mockServices.rootConfig.factory({
          data: { audit: { publish: { directory: directory.path } } },
        }),
        createServiceFactory({
          service: auditTrailServiceRef,
          deps: {},
          factory: () =>
            QueuedAuditTrail.create({ logger: mockServices.logger.mock() }),
        }),
        createServiceFactory({
          service: coreServices.scheduler,
          deps: {},
          factory: () => mockServices.scheduler(),
        }),
        mockServices.permissions.mock(allBut(() => withheld)).factory,
      ],
    }));
  });

  it('ask what the contract says they ask', async () => {
    expect(
      await findUnasked({
        routes: routesOf(spec),
        known: auditPermissions,
        call: async ({ method, path }) => {
          const { status } = await request(server)
            [method](`/api/audit${path}`)
            .set('authorization', mockCredentials.user.header());
          return status;
        },
        withhold: permission => {
          withheld = permission;
        },
      }),
    ).toEqual([]);
  });
});
