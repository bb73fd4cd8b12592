import type { Database } from '@slipway/plugin-databases-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { DatabasesRouter } from '../DatabasesRouter';
import { database, login, operation, options } from '../__testUtils__/fixtures';
import {
  refuse,
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';

const PASSWORD = 'correct-horse-battery';

describe('the page of a database', () => {
  const service = setupService();
  const posts = () => service.seen.filter(({ method }) => method !== 'GET');
  const render = (isAllowed = true) =>
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
      'GET /options': () => options,
      'GET /operations/:id': () => operation,
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

  it('says what it is, how it is, how to reach it and what happened, newest first', async () => {
    render();
    expect(await screen.findByText('Ready')).toBeInTheDocument();
    expect(
      screen.getByRole('heading', { name: 'orders-db' }),
    ).toBeInTheDocument();
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
    const { signal } = render();
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
    render();
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

  it('shows a personal login once', async () => {
    const { container } = render();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Connect' }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Personal login to look' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Personal login to orders-db',
    });
    expect(within(dialog).getByRole('radio', { name: /^Look/ })).toBeChecked();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Get login' }),
    );
    expect(await within(dialog).findByText(PASSWORD)).toBeVisible();
    expect(dialog).toHaveTextContent(/Shown once/);
    expect(
      within(dialog).getByText(
        'psql "host=db.example.com port=5432 dbname=orders_db_1a2b user=sam.okafor_0a1b2c3d4e"',
      ),
    ).toBeVisible();
    for (const what of ['user', 'password', 'host', 'psql command']) {
      expect(
        within(dialog).getByRole('button', { name: `Copy ${what}` }),
      ).toBeVisible();
    }
    expect(posts()).toMatchObject([
      { body: { access: 'read-only', hours: 8 } },
    ]);

    await userEvent.click(
      within(dialog).getByRole('button', { name: 'I have copied it' }),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(container.ownerDocument.body.innerHTML).not.toContain(PASSWORD);
    expect(
      JSON.stringify({ ...sessionStorage, ...localStorage }),
    ).not.toContain(PASSWORD);

    // A second look asks for a new login instead of showing the old one.
    await userEvent.click(screen.getByRole('button', { name: 'Connect' }));
    await userEvent.click(
      await screen.findByRole('menuitem', {
        name: 'Personal login to change data',
      }),
    );
    const second = await screen.findByRole('dialog');
    expect(second).not.toHaveTextContent(PASSWORD);
    expect(
      within(second).getByRole('radio', { name: /^Change/ }),
    ).toBeChecked();
    expect(
      within(second).getByRole('button', { name: 'Get login' }),
    ).toBeVisible();
  });

  it('says why there is no login', async () => {
    service.answers({
      'POST /databases/:id/personal-logins': () =>
        refuse(403, 'NotAllowedError', 'Only team-orders may connect'),
    });
    render();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Connect' }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Personal login to look' }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Get login' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /Only team-orders may connect/,
    );
  });

  it('lists who holds logins and revokes one', async () => {
    render();
    const row = await screen.findByRole('row', { name: /sam\.okafor/ });
    expect(row).toHaveTextContent(/sam\.okafor_0a1b2c3d4e.*Look.*Active/);
    await userEvent.click(
      within(row).getByRole('button', {
        name: 'Revoke sam.okafor_0a1b2c3d4e',
      }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Revoke login' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          method: 'DELETE',
          path: `/databases/${database.id}/personal-logins/${login.id}`,
        },
      ]),
    );
  });

  it('disables what a reader may not do and says why and who can help', async () => {
    // A database of its own: for two seconds the page remembers what was allowed with another.
    is({ id: 'c2a1f0de-0000-4000-8000-0000000000ff' });
    render(false);
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

  const choose = async (name: RegExp) => {
    const more = await screen.findByRole('button', { name: 'More actions' });
    await waitFor(() => expect(more).toBeEnabled());
    await userEvent.click(more);
    await userEvent.click(await screen.findByRole('menuitem', { name }));
  };

  it('deletes what is ready without asking for the name: it can be undone', async () => {
    render();
    await choose(/^Delete database/);
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent(/kept for the grace period/);
    expect(within(dialog).queryByRole('textbox')).toBeNull();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Delete database' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/delete`, body: {} },
      ]),
    );
  });

  it('purges only after the name was typed', async () => {
    is({ state: 'suspended', purgeAfter: '2026-01-02T00:00:00Z' });
    render();
    await choose(/^Purge database/);
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent(/Nothing can be brought back/);
    const button = within(dialog).getByRole('button', {
      name: 'Purge database',
    });
    expect(button).toBeDisabled();
    await userEvent.type(within(dialog).getByRole('textbox'), 'orders-db');
    await userEvent.click(button);
    await waitFor(() =>
      expect(posts()).toMatchObject([{ body: { confirmName: 'orders-db' } }]),
    );
  });

  it('does not purge before the grace period is over, and says when', async () => {
    is({ state: 'suspended', purgeAfter: '2099-01-02T00:00:00Z' });
    render();
    await userEvent.click(
      await screen.findByRole('button', { name: 'More actions' }),
    );
    const item = await screen.findByRole('menuitem', {
      name: /Purge database/,
    });
    expect(item).toHaveAttribute('aria-disabled', 'true');
    expect(item).toHaveTextContent(/kept until \d+ January 2099/);
  });

  it('resumes what is suspended', async () => {
    is({ state: 'suspended' });
    render();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Resume' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/resume` },
      ]),
    );
  });

  it('says when there is no such database, and the way back', async () => {
    service.answers({
      'GET /databases/by-name/development/orders-db': () =>
        refuse(404, 'NotFoundError', 'No database orders-db in development'),
    });
    render();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /No database orders-db in development/,
    );
    expect(screen.getByRole('link', { name: 'All databases' })).toHaveAttribute(
      'href',
      '/databases',
    );
  });
});
