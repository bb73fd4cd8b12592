import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { policiesApiRef, PoliciesClient } from '@slipway/plugin-policies-react';
import { act } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import type { ReactElement } from 'react';
import { useLocation } from 'react-router-dom';
import { ComplianceRouter } from '../ComplianceRouter';

const BASE = 'http://localhost/api/policies';

/** A request that the service received. */
export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  key: string | null;
  body: unknown;
}

type Answer = (request: SeenRequest) => Response | object;

/** The policies service, as far as a test needs it. */
export function setupService() {
  const server = setupServer();
  registerMswTestHooks(server);
  const seen: SeenRequest[] = [];
  beforeEach(() => {
    seen.length = 0;
  });
  return {
    /** Requests for a route such as `GET /violations`. */
    seen: (route: string) =>
      seen.filter(({ method, path }) => `${method} ${path}` === route),
    /** @param routes - by method and path, for example `GET /violations` */
    answers(routes: Record<string, Answer>) {
      for (const [route, answer] of Object.entries(routes)) {
        const [method, path] = route.split(' ');
        const handler = method === 'GET' ? http.get : http.post;
        server.use(
          handler(`${BASE}${path}`, async ({ request }) => {
            const url = new URL(request.url);
            const text = await request.text();
            const one = {
              method,
              path: url.pathname.replace('/api/policies', ''),
              query: url.searchParams,
              key: request.headers.get('idempotency-key'),
              body: text ? JSON.parse(text) : undefined,
            };
            seen.push(one);
            const response = answer(one);
            return response instanceof Response
              ? response
              : HttpResponse.json(response);
          }),
        );
      }
    },
  };
}

/** A refusal as the service words it. */
export function refuse(status: number, name: string, message: string) {
  return HttpResponse.json(
    { error: { name, message }, response: { statusCode: status } },
    { status },
  );
}

function Address() {
  const { pathname, search } = useLocation();
  return <output aria-label="address">{pathname + search}</output>;
}

/** Renders the pages for Sam, with the real client over HTTP and a hand on the signals. */
export function renderPolicies(
  at: string,
  options: {
    element?: ReactElement;
    isAllowed?: boolean;
    groups?: string[];
  } = {},
) {
  const subscribers = new Set<(message: object) => void>();
  const fetchApi = {
    fetch: (input: RequestInfo | URL, init?: RequestInit) =>
      fetch(String(input).replace('plugin://policies', BASE), init),
  };
  const { unmount, container } = renderInTestApp(
    <>
      {options.element ?? <ComplianceRouter />}
      <Address />
    </>,
    {
      initialRouteEntries: [at],
      apis: [
        [policiesApiRef, PoliciesClient.create({ fetchApi })],
        [
          permissionApiRef,
          {
            authorize: async () => ({
              result:
                options.isAllowed === false
                  ? AuthorizeResult.DENY
                  : AuthorizeResult.ALLOW,
            }),
          },
        ],
        [
          signalApiRef,
          {
            subscribe(_channel: string, onMessage: (message: never) => void) {
              const one = onMessage as (message: object) => void;
              subscribers.add(one);
              return { unsubscribe: () => subscribers.delete(one) };
            },
          },
        ],
        mockApis.identity({
          userEntityRef: 'user:default/sam.okafor',
          ownershipEntityRefs: [
            'user:default/sam.okafor',
            ...(options.groups ?? ['group:default/team-orders']),
          ],
        }),
      ],
    },
  );
  return {
    unmount,
    container,
    /** Tells the page that something changed. */
    signal: () =>
      act(async () => {
        subscribers.forEach(tell => tell({ at: Math.random() }));
      }),
  };
}
