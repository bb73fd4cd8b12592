import type { Database } from '@slipway/plugin-databases-common';
import { HttpResponse } from 'msw';
import { DatabasesRouter } from '../DatabasesRouter';
import { blastRadius, database, login, operation, options } from './fixtures';
import { renderDatabases, setupService } from './renderDatabases';

/** The password of the personal login that the service hands out. */
export const PASSWORD = 'correct-horse-battery';

/** The page of one database, and a service that knows it. Call it within `describe`. */
export function setupDatabasePage() {
  const service = setupService();
  const posts = () => service.seen.filter(({ method }) => method !== 'GET');
  const renderPage = (isAllowed = true) =>
    renderDatabases(<DatabasesRouter />, {
      at: '/development/orders-db',
      isAllowed,
    });
  const is = (change: Partial<Database>) =>
    service.answers({
      'GET /databases/by-name/development/orders-db': () => ({
        ...database,
        ...change,
      }),
    });

  beforeEach(() => {
    is({});
    // The last handler that fits answers.
    service.answers({
      'POST /databases/:id/:change': () =>
        HttpResponse.json({ database, operation }, { status: 202 }),
      'GET /databases/:id/blast-radius': () => blastRadius,
      'GET /options': () => options,
      'GET /operations/:id': () => operation,
      'GET /databases/:id/health': () => ({
        limits: { storageBytes: 1, connections: 1 },
        thresholds: {
          storage: { warning: 80, critical: 95 },
          connections: 80,
          cacheHit: 90,
          daysToFull: 14,
        },
        levels: {},
        tells: [],
        history: [],
      }),
      'GET /databases/:id/events': ({ query }) =>
        query.get('cursor')
          ? {
              items: [
                {
                  id: '2',
                  type: 'state.changed',
                  message: 'The database is ready',
                  createdAt: '2026-01-01T10:00:05Z',
                },
              ],
            }
          : {
              items: [
                {
                  id: '1',
                  type: 'operation.accepted',
                  message: 'Ordered',
                  actor: 'user:default/sam.okafor',
                  createdAt: '2026-01-01T10:00:00Z',
                },
              ],
              nextCursor: '1',
            },
      'GET /databases/:id/rotation': () => ({
        since: '2026-01-01T10:00:00Z',
      }),
      'GET /databases/:id/personal-logins': () => ({ items: [login] }),
      'POST /databases/:id/personal-logins': () =>
        HttpResponse.json(
          { login, endpoint: database.endpoint, password: PASSWORD },
          { status: 201 },
        ),
      'DELETE /databases/:id/personal-logins/:loginId': () =>
        new Response(null, { status: 204 }),
    });
  });

  return { service, posts, renderPage, is };
}
