import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { Entity } from '@backstage/catalog-model';
import { eventsServiceRef } from '@backstage/plugin-events-node';
import express from 'express';

/** The Resource entity of a database, as the databases plugin gives it. */
export function databaseEntity(name: string): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Resource',
    metadata: {
      name: `${name}.development`,
      annotations: { 'slipway.dev/database-id': `id-of-${name}` },
    },
    spec: { type: 'database', owner: 'group:default/team-orders' },
  };
}

/** The other side of the agreement: what the databases plugin answers, over HTTP, two entities a page. */
export function createDatabasesPlugin() {
  const state: {
    answer: () => unknown;
    names: (string | null)[];
    requests: { limit: string; principal: string }[];
    hint: () => Promise<void>;
  } = {
    answer: () => undefined,
    names: [],
    requests: [],
    hint: async () => {},
  };

  const plugin = createBackendPlugin({
    pluginId: 'databases',
    register(env) {
      env.registerInit({
        deps: {
          events: eventsServiceRef,
          httpAuth: coreServices.httpAuth,
          httpRouter: coreServices.httpRouter,
        },
        async init({ events, httpAuth, httpRouter }) {
          state.hint = () =>
            events.publish({ topic: 'slipway.databases', eventPayload: {} });
          const router = express.Router();
          router.get('/catalog-entities', async (req, res) => {
            const credentials = await httpAuth.credentials(req, {
              allow: ['service'],
            });
            state.requests.push({
              limit: String(req.query.limit),
              principal: credentials.principal.subject,
            });
            const override = state.answer();
            if (override === 'down') {
              res.status(503).json({});
              return;
            }
            if (override !== undefined) {
              res.json(override);
              return;
            }
            const from = Number(req.query.cursor ?? 0);
            const next = from + 2;
            res.json({
              items: state.names.slice(from, next).map(name => ({
                entityRef: `resource:default/${name ?? 'gone'}.development`,
                entity: name === null ? null : databaseEntity(name),
              })),
              nextCursor: next < state.names.length ? String(next) : null,
            });
          });
          httpRouter.use(router);
        },
      });
    },
  });

  return { plugin, state };
}
