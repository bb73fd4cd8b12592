import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import { RiKey2Line } from '@remixicon/react';
import { accessApiRef } from './api/AccessApi';
import { AccessClient } from './api/AccessClient';

const accessApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: accessApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => AccessClient.create({ fetchApi }),
    }),
});

const accessPage = SubPageBlueprint.make({
  attachTo: { id: 'page:user-settings', input: 'pages' },
  params: {
    path: 'access',
    title: 'Access',
    loader: async () => {
      const { AccessPage } = await import('./page/AccessPage');
      return <AccessPage />;
    },
  },
});

/**
 * Access in the portal, under Settings.
 * @public
 */
export const accessPlugin = createFrontendPlugin({
  pluginId: 'access',
  title: 'Access',
  icon: <RiKey2Line />,
  extensions: [accessApi, accessPage],
});
