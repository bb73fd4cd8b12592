import { rootHttpRouterServiceFactory } from '@backstage/backend-defaults/rootHttpRouter';
import { requestIdMiddleware } from './requestIdMiddleware';
import { requestMetricsMiddleware } from './requestMetricsMiddleware';

/** The default router, with a request id and a duration around everything. */
export const rootHttpRouterWithRequestsServiceFactory =
  rootHttpRouterServiceFactory({
    configure({ app, applyDefaults }) {
      app.disable('x-powered-by');
      app.use(requestIdMiddleware());
      app.use(requestMetricsMiddleware());
      applyDefaults();
    },
  });
