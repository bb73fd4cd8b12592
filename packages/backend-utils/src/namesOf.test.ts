import { mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { namesOf } from './namesOf';

const entity = (kind: string, name: string, title?: string, spec = {}) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'default', ...(title && { title }) },
  spec,
});

it('names people and groups as the catalog does, and who is not in it by the ref', async () => {
  const names = await namesOf(
    {
      auth: mockServices.auth(),
      catalog: catalogServiceMock({
        entities: [
          entity('User', 'sam.okafor', undefined, {
            profile: { displayName: 'Sam Okafor' },
          }),
          entity('Group', 'team-orders', 'Orders'),
          entity('Group', 'sre', undefined, { profile: {} }),
        ],
      }),
    },
    [
      'user:default/sam.okafor',
      'group:default/team-orders',
      'group:default/sre',
      'user:default/gone',
      'user:default/gone',
    ],
  );
  expect([...names]).toEqual([
    ['user:default/sam.okafor', 'Sam Okafor'],
    ['group:default/team-orders', 'Orders'],
    ['group:default/sre', 'sre'],
    ['user:default/gone', 'gone'],
  ]);
});
