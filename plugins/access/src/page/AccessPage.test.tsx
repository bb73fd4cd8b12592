import {
  mockApis,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { useBreadcrumbEntries } from '@backstage/frontend-plugin-api';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { useLocation } from 'react-router-dom';
import {
  access,
  givenPermission,
  handover,
  roles,
} from '../__testUtils__/fixtures';
import { accessApiRef } from '../api/AccessApi';
import { AccessClient } from '../api/AccessClient';
import { AccessPage } from './AccessPage';

const BASE = 'http://localhost/api/access';

function Address() {
  const { pathname, search } = useLocation();
  return <output aria-label="address">{pathname + search}</output>;
}

/** What upstream's header shows of the way to a page. */
function WayHere() {
  const { items } = useBreadcrumbEntries();
  return (
    <ol aria-label="Way here">
      {items.map(({ label, href }) => (
        <li key={href}>{label}</li>
      ))}
    </ol>
  );
}

describe('access', () => {
  const server = setupServer();
  registerMswTestHooks(server);
  const asked: string[] = [];

  /** The service, which answers so by path. */
  function serve(answers: Record<string, object>) {
    asked.length = 0;
    server.use(
      http.get(`${BASE}/*`, ({ request }) => {
        const { pathname, search } = new URL(request.url);
        const path = decodeURIComponent(pathname).replace('/api/access', '');
        asked.push(path + search);
        const answer = answers[path];
        return answer
          ? HttpResponse.json(answer)
          : HttpResponse.json(
              {
                error: { name: 'NotAllowedError', message: `No ${path}` },
                response: { statusCode: 403 },
              },
              { status: 403 },
            );
      }),
    );
  }

  function renderPage(at = '/', isAdministrator = true) {
    const fetchApi = {
      fetch: (input: RequestInfo | URL, init?: RequestInit) =>
        fetch(String(input).replace('plugin://access', BASE), init),
    };
    return renderInTestApp(
      <>
        <AccessPage />
        <WayHere />
        <Address />
      </>,
      {
        initialRouteEntries: [at],
        apis: [
          [accessApiRef, AccessClient.create({ fetchApi })],
          [
            permissionApiRef,
            mockApis.permission({
              authorize: isAdministrator
                ? AuthorizeResult.ALLOW
                : AuthorizeResult.DENY,
            }),
          ],
          [
            catalogApiRef,
            catalogApiMock({
              entities: [
                {
                  apiVersion: 'backstage.io/v1alpha1',
                  kind: 'User',
                  metadata: { name: 'tom.becker' },
                  spec: { memberOf: [] },
                },
              ],
            }),
          ],
        ],
      },
    );
  }

  it('says what I may do, on which grounds, and who helps', async () => {
    serve({ '/me': access() });
    renderPage('/', false);
    const row = await screen.findByRole('row', { name: /Delete a database/ });
    for (const text of [
      'databases.database.delete',
      'On some',
      'On what you or a group of yours owns',
    ]) {
      expect(row).toHaveTextContent(text);
    }
    const none = screen.getByRole('row', { name: /Pause a provider/ });
    expect(none).toHaveTextContent('No role gives it');
    const summary = screen.getByRole('region', { name: 'Groups and roles' });
    expect(summary).toHaveTextContent('which owns 2 things in the catalog');
    expect(summary).toHaveTextContent('Production operators');
    expect(summary).toHaveTextContent('in production');
    expect(screen.getByText(/Do you need more/)).toHaveTextContent(
      'platform-team',
    );
    // Others' access is none of their business, and not asked for.
    expect(
      screen.queryByRole('group', { name: 'View' }),
    ).not.toBeInTheDocument();
    expect(asked).toEqual(['/me?offset=0&limit=20']);
  });

  it('warns when the groups have changed since the sign-in', async () => {
    serve({
      '/me': access({
        changed: { left: ['group:default/team-orders'], joined: [] },
        unasked: ['kubernetes'],
      }),
    });
    renderPage();
    expect(
      await screen.findByText(/groups have changed since you signed in/),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/What you may do goes by that already/),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/permissions of kubernetes\. Look again/),
    ).toBeInTheDocument();
  });

  it('keeps search, filter and page in the address and lets the service do the work', async () => {
    serve({ '/me': access({ totalItems: 45 }) });
    renderPage('/?search=data');
    expect(await screen.findByLabelText('Search permissions')).toHaveValue(
      'data',
    );
    await userEvent.click(screen.getByRole('button', { name: 'On some' }));
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        '/?search=data&may=partly',
      ),
    );
    await waitFor(() =>
      expect(asked.at(-1)).toBe('/me?search=data&may=partly&offset=0&limit=20'),
    );
    await userEvent.click(screen.getByRole('button', { name: /next/i }));
    await waitFor(() =>
      expect(asked.at(-1)).toBe(
        '/me?search=data&may=partly&offset=20&limit=20',
      ),
    );
    expect(screen.getByLabelText('address')).toHaveTextContent('page=2');
  });

  it('invites to clear filters that nothing matches, and says what failed', async () => {
    serve({ '/me': access({ permissions: [], totalItems: 0 }) });
    renderPage('/?search=zzz&may=never');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(/^\/$/),
    );
    expect(screen.getByLabelText('Search permissions')).toHaveValue('');
  });

  it('finds a person and shows what they may do', async () => {
    serve({
      '/people/user/default/tom.becker': access({
        subject: 'user:default/tom.becker',
      }),
    });
    renderPage('/?view=person');
    await userEvent.type(
      await screen.findByLabelText('Person or group'),
      'tom',
    );
    const found = await screen.findByRole('group', { name: 'Found' });
    await userEvent.click(within(found).getByRole('button'));
    await screen.findByRole('row', { name: /Delete a database/ });
    expect(screen.getByLabelText('address')).toHaveTextContent(
      '/?view=person&who=user%3Adefault%2Ftom.becker',
    );
    expect(screen.queryByText(/Do you need more/)).not.toBeInTheDocument();
    // In the header, after the pages above.
    expect(screen.getByRole('list', { name: 'Way here' })).toHaveTextContent(
      /tom\.becker$/,
    );
  });

  it('takes a whole ref, and says that the catalog does not know it', async () => {
    serve({});
    renderPage('/?view=person');
    await userEvent.type(
      await screen.findByLabelText('Person or group'),
      'User:default/Gone{Enter}',
    );
    expect(
      await screen.findByText('No /people/user/default/gone'),
    ).toBeInTheDocument();
  });

  it('shows who may do what, and the people one by one', async () => {
    serve({
      '/permissions': { items: [givenPermission], totalItems: 1, unasked: [] },
      '/permissions/databases.database.update': {
        permission: givenPermission,
        people: [
          {
            ref: 'user:default/omar',
            grounds: [
              {
                role: 'production-operators',
                everywhere: false,
                because:
                  'because user:default/omar is in group:default/sre, which has the role Production operators, in production',
              },
            ],
          },
        ],
      },
    });
    renderPage('/?view=permissions');
    const row = await screen.findByRole('row', { name: /Suspend, resume/ });
    expect(row).toHaveTextContent('Administrators: platform-team');
    expect(row).toHaveTextContent('Production operators: sre, in production');
    await userEvent.click(within(row).getByRole('link'));
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText(/because/);
    expect(dialog).toHaveTextContent('omar');
    await userEvent.keyboard('{Escape}');
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    expect(screen.getByLabelText('address')).toHaveTextContent(
      /^\/\?view=permissions$/,
    );
  });

  it('says what services use, and no person', async () => {
    const forServices = {
      name: 'approvals.request.create',
      title: 'Ask for approvals as a service',
      plugin: 'approvals',
    };
    serve({
      '/me': access({
        permissions: [{ ...forServices, may: 'never', grounds: [] }],
      }),
      '/permissions': {
        items: [{ ...forServices, roles: [] }],
        totalItems: 1,
        unasked: [],
      },
    });
    renderPage();
    await screen.findByText('Services do this, never people');
    await userEvent.click(
      screen.getByRole('button', { name: 'Who may do what' }),
    );
    expect(
      await screen.findByText('No person: services use it'),
    ).toBeInTheDocument();
  });

  it('shows roles, and what about them cannot hold', async () => {
    serve({ '/roles': roles });
    renderPage('/?view=roles');
    expect(
      await screen.findByText(/Not all of what the roles say can hold/),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/is no permission of this portal/),
    ).toBeInTheDocument();
    expect(screen.getByText('Not in the catalog')).toBeInTheDocument();
    expect(screen.getByText('2 permissions')).toBeInTheDocument();
  });

  it('shows owners that are gone, and what is left to one of them', async () => {
    serve({
      '/orphans': {
        items: [
          {
            owner: 'group:default/team-gone',
            count: 3,
            waivers: 1,
            approvals: 0,
            deputies: 2,
            configuration: ['policies.waivers.approvers'],
          },
        ],
        totalItems: 1,
        problems: ['Open approvals: Could not be asked: busy'],
      },
      '/handover': handover,
    });
    renderPage('/?view=handover');
    expect(
      await screen.findByText(
        /3 things, one waiver, 2 deputies, named in configuration: policies\.waivers\.approvers/,
      ),
    ).toBeVisible();
    expect(
      screen.getByText('Open approvals: Could not be asked: busy'),
    ).toBeVisible();
    await userEvent.click(
      screen.getByRole('link', { name: 'group:default/team-gone' }),
    );
    expect(
      await screen.findByText('group:default/team-gone is not in the catalog'),
    ).toBeInTheDocument();
    const owned = screen.getByRole('region', { name: 'Owns databases' });
    expect(
      within(owned).getByRole('link', { name: 'orders in production' }),
    ).toHaveAttribute('href', '/databases/production/orders');
    expect(
      within(owned).getByRole('link', { name: 'Hand on orders in production' }),
    ).toHaveAttribute('href', '/databases/production/orders?do=hand-on');
    const waivers = screen.getByRole('region', {
      name: 'Has a part in open waivers',
    });
    expect(
      within(waivers).getByRole('link', { name: 'Backups, for orders' }),
    ).toHaveAttribute('href', '/compliance/waivers/w1');
    expect(waivers).toHaveTextContent(/owns the thing, in force until/);
    expect(waivers).toHaveTextContent(/asked for it, not decided on, would/);
    const configuration = screen.getByRole('region', {
      name: 'Is named in the configuration',
    });
    expect(configuration).toHaveTextContent(
      /Nothing here can change it\..*policies\.waivers\.approvers, grants waivers/,
    );
    const approvals = screen.getByRole('region', {
      name: 'Has a part in open approvals',
    });
    expect(approvals).toHaveTextContent('Could not be asked');
    expect(
      screen.getByRole('region', { name: 'Owns in the catalog' }),
    ).toHaveTextContent('The first 1 of 3 are shown.');
    expect(screen.getByText('Nothing of these: roles.')).toBeInTheDocument();
  });

  it('leads somebody without the right to their own access', async () => {
    serve({ '/me': access() });
    renderPage('/?view=roles', false);
    expect(
      await screen.findByRole('row', { name: /Delete a database/ }),
    ).toBeInTheDocument();
    expect(asked).toEqual(['/me?offset=0&limit=20']);
  });
});
