import { rootSystemMetadataServiceFactory } from '@backstage/backend-defaults/rootSystemMetadata';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  allBut,
  findUnasked,
  routesOf,
} from '@slipway/backend-utils/testUtils';
import { accessPermissions } from '@slipway/plugin-access-common';
import request from 'supertest';
import accessPlugin from '.';
import { spec } from './schema/openapi';

describe('routes', () => {
  let withheld: string | undefined;
  let server: Parameters<typeof request>[0];

  beforeAll(async () => {
    ({ server } = await startTestBackend({
      features: [
        accessPlugin,
        rootSystemMetadataServiceFactory,
        catalogServiceMock.factory({
          entities: [
            {
              apiVersion: 'backstage.io/v1alpha1',
              kind: 'User',
              metadata: { name: 'mock', namespace: 'default' },
            },
          ],
        }),
        mockServices.permissions.mock(allBut(() => withheld)).factory,
      ],
    }));
  });

  it('ask what the contract says they ask', async () => {
    expect(
      await findUnasked({
        routes: routesOf(spec),
        known: accessPermissions,
        call: async ({ path }) => {
          const address = path
            .replace('{kind}/{namespace}/{name}', 'user/default/mock')
            .replace('{permission}', 'access.self.read');
          const { status } = await request(server)
            .get(`/api/access${address}`)
            .query(path === '/handover' ? { subject: 'user:default/mock' } : {})
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
