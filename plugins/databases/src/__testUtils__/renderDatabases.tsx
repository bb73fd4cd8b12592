import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { signalApiRef } from '@backstage/plugin-signals-react';
import {
  policiesApiRef,
  type PoliciesApi,
} from '@slipway/plugin-policies-react';
import { act } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import type { ReactElement } from 'react';
import { useLocation } from 'react-router-dom';
import { databasesApiRef } from '../api/DatabasesApi';
import { DatabasesClient } from '../api/DatabasesClient';

const BASE = 'http://localhost/api/databases';

/** The groups that the catalog knows. */
const GROUPS = ['team-orders', 'team-payments', 'platform-team'].map(name => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Group',
  metadata: { name, namespace: 'default' },
  spec: {
    type: 'team',
    children: [],
    profile: { displayName: name.replace('team-', '').toUpperCase() },
  },
}));

/** A request that the service received. */
export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  key: string | null;
  body: unknown;
}

type Answer = (request: SeenRequest) => Response | object | Promise<Response>;

/** The databases service, as far as a test needs it. */
export function setupService() {
  const server = setupServer();
  registerMswTestHooks(server);
  const seen: SeenRequest[] = [];
  beforeEach(() => {
    seen.length = 0;
    sessionStorage.clear();
  });
  return {
    seen,
    /** @param route - for example `GET /databases` */
    answers(routes: Record<string, Answer>) {
      for (const [route, answer] of Object.entries(routes)) {
        const [method, path] = route.split(' ');
        const handler = { GET: http.get, POST: http.post, DELETE: http.delete }[
          method
        ];
        server.use(
          handler!(`${BASE}${path}`, async ({ request }) => {
            const url = new URL(request.url);
            const text = await request.text();
            const one = {
              method,
              path: url.pathname.replace('/api/databases', ''),
              query: url.searchParams,
              key: request.headers.get('idempotency-key'),
              body: text ? JSON.parse(text) : undefined,
            };
            seen.push(one);
            const response = await answer(one);
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

/** Renders with the real client over HTTP, and a hand on the signals. */
export function renderDatabases(
  element: ReactElement,
  options: {
    at?: string;
    isAllowed?: boolean;
    groups?: string[];
    /** Without it the installation has no policies. */
    policies?: Partial<PoliciesApi>;
  } = {},
): {
  container: HTMLElement;
  unmount: () => void;
  /** Tells whoever listens on the channel that something changed. */
  signal: (channel: string) => Promise<void>;
} {
  const subscribers = new Map<string, Set<(message: object) => void>>();
  const fetchApi = {
    fetch: (input: RequestInfo | URL, init?: RequestInit) =>
      fetch(String(input).replace('plugin://databases', BASE), init),
  };
  const { container, unmount } = renderInTestApp(
    <>
      {element}
      <Address />
    </>,
    {
      initialRouteEntries: [options.at ?? '/'],
      apis: [
        [databasesApiRef, DatabasesClient.create({ fetchApi })],
        [catalogApiRef, catalogApiMock({ entities: GROUPS })],
        ...(options.policies
          ? [[policiesApiRef, options.policies as PoliciesApi] as const]
          : []),
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
            subscribe(channel: string, onMessage: (message: never) => void) {
              const all = subscribers.get(channel) ?? new Set();
              const one = onMessage as (message: object) => void;
              subscribers.set(channel, all.add(one));
              return { unsubscribe: () => all.delete(one) };
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
    container,
    unmount,
    signal: (channel: string) =>
      act(async () => {
        subscribers
          .get(channel)
          ?.forEach(tell => tell({ databaseId: 'x', at: Math.random() }));
      }),
  };
}
