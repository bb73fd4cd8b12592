import {
  createFrontendPlugin,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { RiHome5Line } from '@remixicon/react';
import { homeRouteRef } from './routes';

const homePage = PageBlueprint.make({
  params: {
    path: '/',
    routeRef: homeRouteRef,
    title: 'Home',
    icon: <RiHome5Line />,
    loader: async () => {
      const { HomePage } = await import('./HomePage');
      return <HomePage />;
    },
    noHeader: true,
  },
});

/** What needs me, what is mine, what is new. */
export const homePlugin = createFrontendPlugin({
  pluginId: 'home',
  title: 'Home',
  icon: <RiHome5Line />,
  routes: { root: homeRouteRef },
  extensions: [homePage],
});
