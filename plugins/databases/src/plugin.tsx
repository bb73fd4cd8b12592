import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import {
  EntityCardBlueprint,
  EntityContentBlueprint,
} from '@backstage/plugin-catalog-react/alpha';
import { RiDatabase2Line } from '@remixicon/react';
import { ANNOTATION_DATABASE_ID } from '@slipway/plugin-databases-common';
import { databasesApiRef } from './api/DatabasesApi';
import { DatabasesClient } from './api/DatabasesClient';
import { databasesRouteRef } from './routes';

const databasesApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: databasesApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => DatabasesClient.create({ fetchApi }),
    }),
});

const databasesPage = PageBlueprint.make({
  params: {
    path: '/databases',
    routeRef: databasesRouteRef,
    title: 'Databases',
    icon: <RiDatabase2Line />,
    noHeader: true,
    loader: async () => {
      const { DatabasesRouter } = await import('./DatabasesRouter');
      return <DatabasesRouter />;
    },
  },
});

const entityDatabases = EntityContentBlueprint.make({
  name: 'databases',
  params: {
    path: '/databases',
    title: 'Databases',
    filter: { kind: { $in: ['component', 'system', 'group'] } },
    loader: async () => {
      const { EntityDatabases } = await import('./entity/EntityDatabases');
      return <EntityDatabases />;
    },
  },
});

const databaseCard = EntityCardBlueprint.make({
  name: 'database',
  params: {
    type: 'info',
    filter: entity =>
      entity.kind === 'Resource' &&
      Boolean(entity.metadata.annotations?.[ANNOTATION_DATABASE_ID]),
    loader: async () => {
      const { DatabaseCard } = await import('./entity/DatabaseCard');
      return <DatabaseCard />;
    },
  },
});

/**
 * Databases in the portal: order, watch, connect.
 * @public
 */
export const databasesPlugin = createFrontendPlugin({
  pluginId: 'databases',
  title: 'Databases',
  icon: <RiDatabase2Line />,
  routes: { root: databasesRouteRef },
  extensions: [databasesApi, databasesPage, entityDatabases, databaseCard],
});
