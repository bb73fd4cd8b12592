import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { database, operation } from '../__testUtils__/fixtures';
import { refuse, renderDatabases } from '../__testUtils__/renderDatabases';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';
import { DatabasesRouter } from '../DatabasesRouter';

describe('the page of a database', () => {
  const { service, posts, renderPage, is } = setupDatabasePage();

  it('says what it is, how it is, how to reach it and what happened, newest first', async () => {
    renderPage();
    expect(await screen.findByText('Ready')).toBeInTheDocument();
    expect(
      screen.getByRole('heading', { name: 'orders-db' }),
    ).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Databases' })).toHaveAttribute(
      'href',
      '/databases',
    );
    expect(
      screen.getByRole('region', { name: 'Connection' }),
    ).toHaveTextContent(/db\.example\.com.*5432.*orders_db_1a2b/);
    expect(screen.getByRole('region', { name: 'Size' })).toHaveTextContent(
      /5 GiB.*at most 20.*30 s.*€12 a month/,
    );
    const timeline = await screen.findByRole('list', { name: 'Timeline' });
    const entries = within(timeline).getAllByRole('listitem');
    expect(entries[0]).toHaveTextContent(/The database is ready/);
    expect(entries[1]).toHaveTextContent(/Ordered.*by sam\.okafor/);
  });

  it('says that it waits for approval, and leads there', async () => {
    is({
      state: 'awaiting-approval',
      approvalId: 'a-1',
      endpoint: undefined,
    });
    renderPage();
    expect(
      await screen.findByRole('link', { name: 'Open the approval' }),
    ).toHaveAttribute('href', '/approvals/a-1');
  });

  it('shows all steps while it is made, and turns to ready by a signal', async () => {
    is({ state: 'provisioning', endpoint: undefined });
    const [first, second] = operation.steps;
    service.answers({
      'GET /operations/:id': () => ({
        ...operation,
        state: 'running',
        finishedAt: undefined,
        steps: [
          { ...first, state: 'running', finishedAt: undefined },
          { id: second.id, title: second.title, state: 'pending', attempt: 0 },
        ],
      }),
    });
    const { signal } = renderPage();
    const steps = await screen.findByRole('list', {
      name: 'Create the database',
    });
    expect(
      within(steps)
        .getAllByRole('listitem')
        .map(step => step.textContent),
    ).toEqual([
      expect.stringMatching(/Create roles.*Running/),
      expect.stringMatching(/Prove isolation.*To come/),
    ]);
    expect(screen.queryByRole('button', { name: 'Connect' })).toBeNull();

    is({ updatedAt: '2026-01-01T10:00:09Z' });
    service.answers({ 'GET /operations/:id': () => operation });
    await signal(`databases:${database.id}`);
    expect(await screen.findByText('Ready')).toBeInTheDocument();
    await waitFor(() =>
      expect(
        screen.queryByRole('list', { name: 'Create the database' }),
      ).toBeNull(),
    );
  });

  it('says at the step that waits what holds it up and why', async () => {
    is({ state: 'provisioning', endpoint: undefined });
    const [first, second] = operation.steps;
    service.answers({
      'GET /operations/:id': () => ({
        ...operation,
        state: 'waiting',
        finishedAt: undefined,
        pause: { title: 'Shared Postgres', reason: 'Minor upgrade' },
        steps: [
          first,
          { id: second.id, title: second.title, state: 'pending' },
        ],
      }),
    });
    renderPage();
    const steps = await screen.findByRole('list', {
      name: 'Create the database',
    });
    const [done, waits] = within(steps).getAllByRole('listitem');
    expect(waits).toHaveTextContent(
      /Held up, because Shared Postgres is paused: Minor upgrade/,
    );
    expect(done).not.toHaveTextContent(/Held up/);
  });

  it('opens the step that failed with its cause and offers to try again', async () => {
    is({ state: 'failed' });
    service.answers({
      'GET /operations/:id': () => ({
        ...operation,
        state: 'failed',
        error: {
          kind: 'terminal',
          message: 'Shared Postgres has no room left',
          stepId: 'verify',
        },
        steps: [operation.steps[0], { ...operation.steps[1], state: 'failed' }],
      }),
    });
    renderPage();
    expect(
      await screen.findByText('Shared Postgres has no room left'),
    ).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() =>
      expect(posts()).toEqual([
        expect.objectContaining({
          path: `/databases/${database.id}/retry`,
          key: expect.stringMatching(/^[0-9a-f-]{36}$/),
        }),
      ]),
    );
  });

  describe('after a rotation that failed', () => {
    beforeEach(() => {
      service.answers({
        'GET /operations/:id': () => ({
          ...operation,
          type: 'rotate',
          title: 'Replace the application’s login',
          state: 'failed',
          error: { kind: 'terminal', message: 'The server has no room left' },
        }),
      });
    });

    it('says what holds, and rotates again', async () => {
      is({ stateReason: 'The server has no room left' });
      renderPage();
      const button = await screen.findByRole('button', {
        name: 'Rotate again',
      });
      expect(
        screen.getByText(/work as before.*rotate again: the application gets/),
      ).toBeVisible();
      await waitFor(() => expect(button).toBeEnabled());
      await userEvent.click(button);
      await waitFor(() =>
        expect(posts()).toEqual([
          expect.objectContaining({
            path: `/databases/${database.id}/rotate`,
            key: expect.stringMatching(/^[0-9a-f-]{36}$/),
          }),
        ]),
      );
    });

    it('says what the service answers when it cannot be', async () => {
      service.answers({
        'POST /databases/:id/rotate': () =>
          refuse(409, 'ConflictError', 'The database is busy'),
      });
      renderPage();
      await userEvent.click(
        await screen.findByRole('button', { name: 'Rotate again' }),
      );
      const alert = await screen.findByText(/The database is busy/);
      expect(alert).toBeVisible();
    });

    it('offers it to nobody who may not, and says why', async () => {
      is({ id: 'c2a1f0de-0000-4000-8000-0000000000fe' });
      renderPage(false);
      const reason = await screen.findByText(/belongs to team-orders/);
      const button = await screen.findByRole('button', {
        name: 'Rotate again',
      });
      expect(button).toBeDisabled();
      expect(button).toHaveAttribute('aria-describedby', reason.id);
    });

    it.each([
      ['it is suspended', { state: 'suspended' }, {}],
      ['another change failed', {}, { type: 'suspend' }],
      ['it succeeded', {}, { state: 'succeeded', error: undefined }],
    ] as const)('does not offer it when %s', async (_, change, last) => {
      is(change);
      service.answers({
        'GET /operations/:id': () => ({
          ...operation,
          type: 'rotate',
          state: 'failed',
          ...last,
        }),
      });
      renderPage();
      await screen.findByRole('button', { name: 'More actions' });
      expect(
        await screen.findByRole('list', { name: 'Timeline' }),
      ).toBeVisible();
      expect(screen.queryByRole('button', { name: 'Rotate again' })).toBeNull();
    });
  });

  it('disables what a reader may not do and says why and who can help', async () => {
    // A database of its own: for two seconds the page remembers what was allowed with another.
    is({ id: 'c2a1f0de-0000-4000-8000-0000000000ff' });
    renderPage(false);
    const reason = await screen.findByText(
      /belongs to team-orders\. Ask somebody in team-orders, or the platform team/,
    );
    const connect = screen.getByRole('button', { name: 'Connect' });
    expect(connect).toBeDisabled();
    expect(connect).toHaveAttribute('aria-describedby', reason.id);
    expect(screen.getByRole('button', { name: 'More actions' })).toBeDisabled();
    expect(
      await screen.findByRole('button', { name: /^Revoke/ }),
    ).toBeDisabled();
  });

  it('says when there is no such database, and the way back', async () => {
    service.answers({
      'GET /databases/by-name/development/orders-db': () =>
        refuse(404, 'NotFoundError', 'No database orders-db in development'),
    });
    renderPage();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /No database orders-db in development/,
    );
    expect(screen.getByRole('link', { name: 'All databases' })).toHaveAttribute(
      'href',
      '/databases',
    );
  });

  it.each(['/orders-db', '/development/orders-db/settings'])(
    'says that there is no page at %s',
    async at => {
      renderDatabases(<DatabasesRouter />, { at });
      expect(await screen.findByText(/not found/i)).toBeInTheDocument();
    },
  );
});
