import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { EntityCardBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { RiShieldCheckLine } from '@remixicon/react';
import { policiesApiRef, PoliciesClient } from '@slipway/plugin-policies-react';
import { complianceRouteRef } from './routes';

const policiesApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: policiesApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => PoliciesClient.create({ fetchApi }),
    }),
});

const compliancePage = PageBlueprint.make({
  params: {
    path: '/compliance',
    routeRef: complianceRouteRef,
    title: 'Compliance',
    icon: <RiShieldCheckLine />,
    noHeader: true,
    loader: async () => {
      const { ComplianceRouter } = await import('./ComplianceRouter');
      return <ComplianceRouter />;
    },
  },
});

const complianceCard = EntityCardBlueprint.make({
  name: 'compliance',
  params: {
    type: 'info',
    // What the policies that are shipped are about; what a company adds has a card where it says so.
    filter: {
      kind: {
        $in: [
          'component',
          'api',
          'resource',
          'system',
          'domain',
          'template',
          'environment',
        ],
      },
    },
    loader: async () => {
      const { ComplianceCard } = await import('./entity/ComplianceCard');
      return <ComplianceCard />;
    },
  },
});

/**
 * Compliance in the portal: rates, violations, policies and waivers.
 * @public
 */
export const policiesPlugin = createFrontendPlugin({
  pluginId: 'policies',
  title: 'Compliance',
  icon: <RiShieldCheckLine />,
  routes: { root: complianceRouteRef },
  extensions: [policiesApi, compliancePage, complianceCard],
});
