import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import type { PrometheusExporter } from '@opentelemetry/exporter-prometheus';

/** Where the metrics are served, when they are. */
export interface MetricsServer {
  address?: { host: string; port: number };
}

/** The listener for Prometheus. */
export const metricsServerServiceRef = createServiceRef<MetricsServer>({
  id: 'slipway.metrics-server',
  scope: 'root',
});

/**
 * Serves `/metrics` in Prometheus' format on an address of its own.
 *
 * @remarks
 *
 * Metrics tell about people's work, so they are kept off the public port. `metrics.listen`
 * says where; without it nothing listens. When the address is taken the portal starts
 * all the same and the log says what is missing.
 */
export function createMetricsServerServiceFactory(
  exporter: PrometheusExporter,
) {
  return createServiceFactory({
    service: metricsServerServiceRef,
    deps: {
      config: coreServices.rootConfig,
      logger: coreServices.rootLogger,
      lifecycle: coreServices.rootLifecycle,
    },
    initialization: 'always',
    async factory({ config, logger, lifecycle }) {
      const listen = config.getOptionalConfig('metrics.listen');
      if (!listen) {
        return {};
      }
      const host = listen.getOptionalString('host') ?? '127.0.0.1';
      const port = listen.getNumber('port');

      const server = createServer((req, res) => {
        if (req.method === 'GET' && req.url === '/metrics') {
          exporter.getMetricsRequestHandler(req, res);
        } else {
          res.writeHead(404).end();
        }
      });
      try {
        server.listen(port, host);
        await once(server, 'listening');
      } catch (error) {
        logger.warn(
          `No metrics: cannot listen on ${host}:${port}. Set metrics.listen to a free address. ${error}`,
        );
        return {};
      }
      // A scrape must not keep a process alive that wants to end.
      server.unref();
      lifecycle.addShutdownHook(() => {
        server.close();
        server.closeAllConnections();
      });
      const address = server.address();
      const boundPort =
        typeof address === 'object' && address ? address.port : port;
      logger.info(`Metrics at http://${host}:${boundPort}/metrics`);
      return { address: { host, port: boundPort } };
    },
  });
}
