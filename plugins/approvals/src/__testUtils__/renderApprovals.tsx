import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { act } from '@testing-library/react';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { useLocation } from 'react-router-dom';
import { approvalsApiRef } from '../api/ApprovalsApi';
import { ApprovalsClient } from '../api/ApprovalsClient';
import { ApprovalsRouter } from '../ApprovalsRouter';

const BASE = 'http://localhost/api/approvals';

/** A request that the service received. */
export interface SeenRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
}

type Answer = (request: SeenRequest) => Response | object;

/** The approvals service, as far as a test needs it. */
export function setupService() {
  const server = setupServer();
  registerMswTestHooks(server);
  const seen: SeenRequest[] = [];
  beforeEach(() => {
    seen.length = 0;
  });
  return {
    seen,
    changes: () => seen.filter(({ method }) => method !== 'GET'),
    /** @param routes - by method and path, for example `GET /approvals` */
    answers(routes: Record<string, Answer>) {
      for (const [route, answer] of Object.entries(routes)) {
        const [method, path] = route.split(' ');
        const handler = {
          GET: http.get,
          POST: http.post,
          PUT: http.put,
          DELETE: http.delete,
        }[method];
        server.use(
          handler!(`${BASE}${path}`, async ({ request }) => {
            const url = new URL(request.url);
            const text = await request.text();
            const one = {
              method,
              path: url.pathname.replace('/api/approvals', ''),
              query: Object.fromEntries(url.searchParams),
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

const person = (name: string, displayName: string) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'User',
  metadata: { name },
  spec: { profile: { displayName }, memberOf: [] },
});

function Address() {
  const { pathname, search, hash } = useLocation();
  return <output aria-label="address">{pathname + search + hash}</output>;
}

/** Renders the pages for Nora, with the real client over HTTP and a hand on the signals. */
export function renderApprovals(at: string) {
  const subscribers = new Set<(message: object) => void>();
  const fetchApi = {
    fetch: (input: RequestInfo | URL, init?: RequestInit) =>
      fetch(String(input).replace('plugin://approvals', BASE), init),
  };
  renderInTestApp(
    <>
      <ApprovalsRouter />
      <Address />
    </>,
    {
      initialRouteEntries: [at],
      apis: [
        [approvalsApiRef, ApprovalsClient.create({ fetchApi })],
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
        [
          catalogApiRef,
          catalogApiMock({
            entities: [
              person('nora', 'Nora Lind'),
              person('ines', 'Ines Moreau'),
            ],
          }),
        ],
        mockApis.identity({ userEntityRef: 'user:default/nora' }),
      ],
    },
  );
  return {
    /** Tells the page that something changed. */
    signal: () =>
      act(async () => {
        subscribers.forEach(tell => tell({ at: Math.random() }));
      }),
  };
}
