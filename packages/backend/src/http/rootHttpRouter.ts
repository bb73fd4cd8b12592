import { rootHttpRouterServiceFactory } from '@backstage/backend-defaults/rootHttpRouter';
import { closeConnectionsAfter } from './closeConnections';
import { prepareLiveConnections } from './liveConnections';
import { requestIdMiddleware } from './requestIdMiddleware';
import { requestMetricsMiddleware } from './requestMetricsMiddleware';

/** What a request that is being answered gets when the portal stops. */
const GRACE_MS = 5_000;

/** The default router, with a request id and a duration around everything, and an end that comes soon. */
export const rootHttpRouterWithRequestsServiceFactory =
  rootHttpRouterServiceFactory({
    configure({ app, server, lifecycle, applyDefaults }) {
      app.disable('x-powered-by');
      app.use(requestIdMiddleware());
      app.use(requestMetricsMiddleware());
      applyDefaults();
      lifecycle.addStartupHook(prepareLiveConnections(server));
      lifecycle.addShutdownHook(closeConnectionsAfter(server, GRACE_MS));
    },
  });
