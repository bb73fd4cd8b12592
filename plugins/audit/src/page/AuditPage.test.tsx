import {
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { useLocation } from 'react-router-dom';
import { makeEvent, state } from '../__testUtils__/fixtures';
import { auditApiRef } from '../api/AuditApi';
import { AuditClient } from '../api/AuditClient';
import { AuditPage } from './AuditPage';

const BASE = 'http://localhost/api/audit';

function Address() {
  const { pathname, search } = useLocation();
  return <output aria-label="address">{pathname + search}</output>;
}

describe('the audit trail', () => {
  const server = setupServer();
  registerMswTestHooks(server);
  const asked: URLSearchParams[] = [];

  /** The service, which answers with this page and this state. */
  function serve(page: object = { items: [makeEvent()] }, chain = state) {
    server.use(
      http.get(`${BASE}/events`, ({ request }) => {
        asked.push(new URL(request.url).searchParams);
        return HttpResponse.json(page);
      }),
      http.get(`${BASE}/state`, () => HttpResponse.json(chain)),
    );
  }

  function renderPage(at = '/') {
    asked.length = 0;
    const fetchApi = {
      fetch: (input: RequestInfo | URL, init?: RequestInit) =>
        fetch(String(input).replace('plugin://audit', BASE), init),
    };
    return renderInTestApp(
      <>
        <AuditPage />
        <Address />
      </>,
      {
        initialRouteEntries: [at],
        apis: [[auditApiRef, AuditClient.create({ fetchApi })]],
      },
    );
  }

  it('shows who did what, on what, how it ended, and how far that is proven', async () => {
    serve();
    renderPage();
    const row = await screen.findByRole('row', { name: /2026-11-25/ });
    for (const text of [
      'databases.database-create',
      'Succeeded',
      'sam',
      'orders.production',
      'Medium',
    ]) {
      expect(row).toHaveTextContent(text);
    }
    const chain = screen.getByRole('region', { name: 'State of the trail' });
    await waitFor(() => expect(chain).toHaveTextContent('All entries'));
    for (const text of ['k3y', 'log, file', 'A role of its own', '400 days']) {
      expect(chain).toHaveTextContent(text);
    }
  });

  it('shows what is no entry as such, and loses none of the others', async () => {
    const place = {
      seq: '8',
      at: '2026-11-26T14:03:05.123456Z',
      hash: 'fedcba9876543210'.repeat(4),
    };
    serve({ items: [{ ...place, id: 'x', v: 1 }, makeEvent()] });
    renderPage();
    const row = await screen.findByRole('row', { name: /2026-11-26/ });
    expect(row).toHaveTextContent('Not readable as an entry');
    expect(screen.getByRole('row', { name: /2026-11-25/ })).toHaveTextContent(
      'databases.database-create',
    );
    await userEvent.click(within(row).getByRole('link'));
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('8 · fedcba987654…');
    expect(dialog).toHaveTextContent('26 November 2026');
  });

  it('says when the trail is not the one that was published, whatever covers it', async () => {
    serve(undefined, {
      ...state,
      differs: {
        kind: 'other-trail',
        publisher: 'file',
        storedTrail: state.trail,
        trail: '00000000-8ed6-4f4c-a7d5-bd9b6f0f0f7b',
        seq: '214',
        at: '2026-11-24T14:03:05.123456Z',
      },
    });
    renderPage();
    const alert = await screen.findByText(
      'What is stored is not the trail that was published',
    );
    const chain = screen.getByRole('region', { name: 'State of the trail' });
    expect(chain).toContainElement(alert);
    expect(chain).toHaveTextContent(
      /'file' has entry 214 of trail 00000000.* is another trail.*verify it/,
    );
    expect(chain).toHaveTextContent('Nothing: not the trail');
    expect(chain).not.toHaveTextContent('All entries');
  });

  it('says that nothing is dropped where the database refuses', async () => {
    serve(undefined, {
      ...state,
      retentionDays: undefined,
      refusedRetentionDays: 400,
    });
    renderPage();
    const chain = await screen.findByRole('region', {
      name: 'State of the trail',
    });
    await waitFor(() =>
      expect(chain).toHaveTextContent(
        'Ever: the database refuses to drop after 400 days, run handover.sql to let it',
      ),
    );
  });

  it('calls nothing late that was written a short while ago', async () => {
    serve(undefined, {
      ...state,
      published: { seq: '1', at: '2026-01-01T00:00:00.000000Z' },
      uncovered: 1,
      uncoveredSince: new Date().toISOString(),
    });
    renderPage();
    const chain = screen.getByRole('region', { name: 'State of the trail' });
    await waitFor(() =>
      expect(chain).toHaveTextContent('All but the newest 1'),
    );
    expect(chain).not.toHaveTextContent('late');
  });

  it('says when the trail wants somebody to look', async () => {
    serve(undefined, {
      ...state,
      uncovered: 3,
      uncoveredSince: new Date(Date.now() - 6 * 60_000).toISOString(),
      damagedHeads: 2,
      owner: 'portal',
      functions: 'outdated',
      publicKey: undefined,
      retentionDays: undefined,
    });
    renderPage();
    const chain = screen.getByRole('region', { name: 'State of the trail' });
    await waitFor(() => expect(chain).toHaveTextContent('Publishing is late'));
    for (const text of [
      'No key',
      '2 kept heads were changed',
      'Not those of this version, run handover.sql',
      'The portal’s login'.replace('’', "'"),
      'As long as there is room',
    ]) {
      expect(chain).toHaveTextContent(text);
    }
  });

  it('says when the login of the portal could drop the database', async () => {
    serve(undefined, { ...state, owner: 'tables' });
    renderPage();
    const chain = screen.getByRole('region', { name: 'State of the trail' });
    await waitFor(() =>
      expect(chain).toHaveTextContent(
        "A role of its own, but the database to the portal's login",
      ),
    );
  });

  it('keeps filters in the address and lets the server do the work', async () => {
    serve();
    renderPage('/?plugin=databases');
    expect(await screen.findByLabelText('Plugin')).toHaveValue('databases');
    await userEvent.click(screen.getByRole('button', { name: 'Failed' }));
    await userEvent.click(screen.getByRole('button', { name: 'High' }));
    // It counts when it is finished.
    await userEvent.type(
      screen.getByLabelText('Who'),
      'user:default/sam{Enter}',
    );
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        '/?plugin=databases&outcome=failed&severity=high&actor=user%3Adefault%2Fsam',
      ),
    );
    await waitFor(() =>
      expect(Object.fromEntries(asked.at(-1)!)).toEqual({
        plugin: 'databases',
        outcome: 'failed',
        severity: 'high',
        actor: 'user:default/sam',
        limit: '20',
      }),
    );
    expect(asked).toHaveLength(4);
  });

  it('asks for whole days of the person', async () => {
    serve();
    renderPage('/?from=2026-11-01&to=2026-11-02&severity=nonsense');
    await screen.findByRole('row', { name: /2026-11-25/ });
    expect(Object.fromEntries(asked[0])).toEqual({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-03T00:00:00.000Z',
      limit: '20',
    });
  });

  it('goes to older entries and back', async () => {
    serve({ items: [makeEvent()], nextCursor: '7' });
    renderPage();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Show older' }),
    );
    await waitFor(() => expect(asked.at(-1)!.get('cursor')).toBe('7'));
    await userEvent.click(
      screen.getByRole('button', { name: 'Back to the newest' }),
    );
    await waitFor(() => expect(asked.at(-1)!.get('cursor')).toBe(null));
  });

  it('opens an entry in the address, and leads to the rest of the work', async () => {
    serve({
      items: [
        makeEvent({
          outcome: 'failed',
          error: { name: 'ConflictError', message: 'The name is taken' },
        }),
      ],
    });
    renderPage();
    const row = await screen.findByRole('row', { name: /2026-11-25/ });
    expect(within(row).getByRole('link')).toHaveAttribute('href', '/?entry=7');
    await userEvent.click(within(row).getByRole('link'));
    const dialog = await screen.findByRole('dialog');
    for (const text of [
      '10.1.2.3',
      'Firefox',
      'POST /api/databases/databases',
      'request-1',
      'ConflictError: The name is taken',
      '"owner": "group:default/team-orders"',
    ]) {
      expect(dialog).toHaveTextContent(text);
    }
    // Opening it asked for nothing.
    expect(asked).toHaveLength(1);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Show this piece of work' }),
    );
    await waitFor(() =>
      expect(asked.at(-1)!.get('operation')).toBe(makeEvent().operation),
    );
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('exports the chosen days as a file', async () => {
    serve();
    const periods: string[] = [];
    server.use(
      http.get(`${BASE}/export`, ({ request }) => {
        periods.push(new URL(request.url).search);
        return periods.length === 1
          ? HttpResponse.json(
              { error: { name: 'X', message: 'Try again in a moment.' } },
              { status: 503 },
            )
          : HttpResponse.text('{}\n');
      }),
    );
    const saved: string[] = [];
    URL.createObjectURL = () => 'blob:x';
    URL.revokeObjectURL = () => {};
    const click = jest
      .spyOn(HTMLAnchorElement.prototype, 'click')
      .mockImplementation(function save(this: HTMLAnchorElement) {
        saved.push(this.download);
      });
    renderPage('/?from=2026-11-01&to=2026-11-02&plugin=databases');
    const button = await screen.findByRole('button', {
      name: 'Export these days',
    });
    await userEvent.click(button);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Try again in a moment.',
    );
    await userEvent.click(button);
    await waitFor(() =>
      expect(saved).toEqual(['audit-2026-11-01-2026-11-03.jsonl']),
    );
    expect(periods[1]).toBe(
      '?from=2026-11-01T00%3A00%3A00.000Z&to=2026-11-03T00%3A00%3A00.000Z',
    );
    click.mockRestore();
  });

  it('invites when there is nothing, and says what failed', async () => {
    serve({ items: [] });
    renderPage('/?event=nothing');
    expect(
      await screen.findByText(/No entry matches these filters/),
    ).toBeInTheDocument();
    await userEvent.click(
      screen.getByRole('button', { name: 'Clear the filters' }),
    );
    expect(
      await screen.findByText(/Nothing has been recorded yet/),
    ).toBeInTheDocument();

    server.use(
      http.get(`${BASE}/events`, () =>
        HttpResponse.json(
          {
            error: { name: 'NotAllowedError', message: 'Only administrators' },
            response: { statusCode: 403 },
          },
          { status: 403 },
        ),
      ),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Low' }));
    expect(await screen.findByText('Only administrators')).toBeInTheDocument();
  });
});
