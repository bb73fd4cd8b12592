import { routeOf } from './requestMetricsMiddleware';

describe('routeOf', () => {
  it.each([
    ['/api/catalog/entities/by-uid/123', 200, '/api/catalog'],
    ['/api/databases', 409, '/api/databases'],
    ['/api/guess-a-name', 404, '/api'],
    ['/.backstage/health/v1/readiness', 200, '/.backstage'],
    ['/catalog/default/component/orders', 200, '/'],
  ])('counts %s with status %d as %s', (path, status, route) => {
    expect(routeOf(path, status)).toBe(route);
  });
});
