import { rootHttpRouterServiceFactory } from '@backstage/backend-defaults/rootHttpRouter';
import { Router } from 'express';
import { closeConnectionsAfter } from './closeConnections';
import { prepareLiveConnections } from './liveConnections';
import { nullCharacters } from './nullCharacters';
import { requestIdMiddleware } from './requestIdMiddleware';
import { requestMetricsMiddleware } from './requestMetricsMiddleware';
import { securityHeaders } from './securityHeaders';
import { sessionCookie } from './sessionCookie';

/** What a request that is being answered gets when the portal stops. */
const GRACE_MS = 5_000;

/**
 * The default router, with a request id and a duration around everything, stricter headers, and an end that comes soon.
 */
export const rootHttpRouterWithRequestsServiceFactory =
  rootHttpRouterServiceFactory({
    configure({ app, server, lifecycle, middleware, applyDefaults }) {
      app.disable('x-powered-by');
      app.use(requestIdMiddleware());
      app.use(requestMetricsMiddleware());
      app.use(sessionCookie());
      // The defaults come all together, and ours have to follow Helmet's.
      const helmet = middleware.helmet.bind(middleware);
      middleware.helmet = () =>
        Router().use(helmet(), securityHeaders(), nullCharacters());
      applyDefaults();
      lifecycle.addStartupHook(prepareLiveConnections(server));
      lifecycle.addShutdownHook(closeConnectionsAfter(server, GRACE_MS));
    },
  });
