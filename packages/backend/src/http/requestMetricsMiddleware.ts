import { metrics } from '@opentelemetry/api';
import type { RequestHandler } from 'express';

/** Seconds; the boundaries that OpenTelemetry's semantic conventions advise for HTTP. */
const BOUNDARIES = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/**
 * The part of a path that has few values: a plugin, or the app. Ids never become labels.
 *
 * @internal
 */
export function routeOf(path: string, status: number): string {
  const plugin = /^\/api\/([a-z0-9-]+)(?:\/|$)/.exec(path)?.[1];
  if (plugin) {
    // Whoever guesses names must not be able to add series.
    return status === 404 ? '/api' : `/api/${plugin}`;
  }
  return path.startsWith('/.backstage/') ? '/.backstage' : '/';
}

/** Measures how long each request took, by method, plugin and status. */
export function requestMetricsMiddleware(): RequestHandler {
  const duration = metrics
    .getMeter('slipway')
    .createHistogram('http.server.request.duration', {
      description: 'Duration of HTTP requests to the portal',
      unit: 's',
      advice: { explicitBucketBoundaries: BOUNDARIES },
    });
  return (req, res, next) => {
    const startedAt = performance.now();
    const path = req.path;
    res.on('finish', () => {
      duration.record((performance.now() - startedAt) / 1000, {
        'http.request.method': req.method,
        'http.route': routeOf(path, res.statusCode),
        'http.response.status_code': res.statusCode,
      });
    });
    next();
  };
}
