import {
  PageBlueprint,
  createFrontendPlugin,
} from '@backstage/frontend-plugin-api';
import { RiMegaphoneLine } from '@remixicon/react';

const noticesPage = PageBlueprint.make({
  params: {
    path: '/notices',
    title: 'Notices',
    icon: <RiMegaphoneLine />,
    loader: () => import('./NoticesPage').then(m => <m.NoticesPage />),
  },
});

export const noticesPlugin = createFrontendPlugin({
  pluginId: 'notices',
  title: 'Notices',
  extensions: [noticesPage],
});
