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
  const routes = routesOf(spec);

  it('ask what the contract says they ask', async () => {
    let withheld: string | undefined;
    const { server } = await startTestBackend({
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
    });
    const unasked = await findUnasked({
      routes,
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
    });
    expect(unasked).toEqual([]);
  });

  it('ask only for permissions that the plugin tells of', () => {
    const known = accessPermissions.map(({ name }) => name);
    expect(known).toEqual(
      expect.arrayContaining(routes.flatMap(({ permissions }) => permissions)),
    );
  });
});
