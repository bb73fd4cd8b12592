import { forAll, forPeople, type PluginCases } from '../cases.ts';

export const scaffolder: PluginCases = {
  service: 'catalog',
  cases: [
    {
      route: 'GET /slipway/things',
      send: () => ({
        path: '/slipway/things?taskId=00000000-0000-4000-8000-000000000000',
      }),
      expect: forPeople({ stranger: 200, owner: 200, administrator: 200 }),
    },
    {
      // Upstream's, to which a list of git hosts is added.
      route: 'GET /v2/templates/{namespace}/{kind}/{name}/parameter-schema',
      send: () => ({
        path: '/v2/templates/default/template/service/parameter-schema',
      }),
      expect: forAll(200),
    },
  ],
};
