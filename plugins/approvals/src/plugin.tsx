import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { RiCheckboxCircleLine } from '@remixicon/react';
import { approvalsApiRef } from './api/ApprovalsApi';
import { ApprovalsClient } from './api/ApprovalsClient';
import { approvalsRouteRef } from './routes';

const approvalsApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: approvalsApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => ApprovalsClient.create({ fetchApi }),
    }),
});

const approvalsPage = PageBlueprint.make({
  params: {
    path: '/approvals',
    routeRef: approvalsRouteRef,
    title: 'Approvals',
    icon: <RiCheckboxCircleLine />,
    noHeader: true,
    loader: async () => {
      const { ApprovalsRouter } = await import('./ApprovalsRouter');
      return <ApprovalsRouter />;
    },
  },
});

/**
 * Approvals in the portal: what waits for whom, and deciding it.
 * @public
 */
export const approvalsPlugin = createFrontendPlugin({
  pluginId: 'approvals',
  title: 'Approvals',
  icon: <RiCheckboxCircleLine />,
  routes: { root: approvalsRouteRef },
  extensions: [approvalsApi, approvalsPage],
});
