import { until } from '../../support/until.ts';
import { forAll, type PluginCases } from '../cases.ts';

const component = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'orders' },
  spec: { type: 'service', lifecycle: 'production', owner: 'team-orders' },
};

// Services and administrators pass on to the catalog's own routes, which know what they may. Agents take nothing out.
const expect = forAll([200, 204, 404], {
  stranger: 403,
  leaver: 403,
  agent: 403,
});

export const catalog: PluginCases = {
  service: 'scaffolder',
  async prepare(world) {
    const target = world.publish('orders.json', component);
    const { location } = await world.must(
      'catalog',
      { method: 'POST', path: '/locations', body: { type: 'url', target } },
      world.person('owner'),
    );
    world.made.location = location.id;
    world.made.locationTarget = target;
    await until('the component is in the catalog', 60, async () => {
      const { status } = await world.send(
        'catalog',
        {
          method: 'GET',
          path: '/entities/by-name/component/default/orders',
        },
        world.person('owner'),
      );
      return status === 200;
    });
  },
  cases: [
    {
      route: 'PUT /locations/{id}',
      send: ({ made }) => ({
        path: `/locations/${made.location}`,
        body: { type: 'url', target: made.locationTarget },
      }),
      expect,
    },
    {
      route: 'DELETE /locations/{id}',
      send: ({ made }) => ({ path: `/locations/${made.location}` }),
      expect,
    },
    {
      route: 'POST /validate-entity',
      send: ({ made }) => ({
        body: { entity: component, location: `url:${made.locationTarget}` },
      }),
      expect: forAll(200, { leaver: 403 }),
    },
  ],
};
