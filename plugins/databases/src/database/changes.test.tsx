import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { database, operation } from '../__testUtils__/fixtures';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

describe('changes of a database', () => {
  const { service, posts, renderPage, is } = setupDatabasePage();

  const choose = async (name: RegExp) => {
    const more = await screen.findByRole('button', { name: 'More actions' });
    await waitFor(() => expect(more).toBeEnabled());
    await userEvent.click(more);
    await userEvent.click(await screen.findByRole('menuitem', { name }));
  };

  it('deletes what is ready without asking for the name: it can be undone', async () => {
    renderPage();
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
    renderPage();
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
    renderPage();
    await userEvent.click(
      await screen.findByRole('button', { name: 'More actions' }),
    );
    const item = await screen.findByRole('menuitem', {
      name: /Purge database/,
    });
    expect(item).toHaveAttribute('aria-disabled', 'true');
    expect(item).toHaveTextContent(/kept until \d+ January 2099/);
  });

  it.each([
    ['at-once', /Nothing was made yet.*the name is free again/],
    [
      'after-undo',
      /made so far is removed.*While Shared Postgres cannot be reached.*the name is held/,
    ],
  ])('cancels an order, %s, and says what that means', async (cancel, text) => {
    is({ state: 'provisioning', endpoint: undefined });
    service.answers({
      'GET /databases': () => ({ items: [], totalItems: 0 }),
      'GET /operations/:id': () => ({
        ...operation,
        state: 'waiting',
        finishedAt: undefined,
        cancel,
      }),
      'POST /databases/:id/cancel': () =>
        HttpResponse.json(
          {
            database: {
              ...database,
              state: cancel === 'at-once' ? 'deleted' : 'provisioning',
            },
            operation,
          },
          { status: 202 },
        ),
    });
    renderPage();
    await choose(/^Cancel the order/);
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent(text);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Cancel the order' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/cancel`, body: {} },
      ]),
    );
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        cancel === 'at-once' ? /^\/databases$/ : /orders-db$/,
      ),
    );
  });

  it('takes an order back that waits for approval, in one way', async () => {
    is({ state: 'awaiting-approval', endpoint: undefined });
    service.answers({
      'GET /databases': () => ({ items: [], totalItems: 0 }),
      'GET /operations/:id': () => ({
        ...operation,
        type: 'ask-approval',
        state: 'succeeded',
      }),
      'POST /databases/:id/cancel': () =>
        HttpResponse.json(
          { database: { ...database, state: 'deleted' }, operation },
          { status: 202 },
        ),
    });
    renderPage();
    await choose(/^Cancel the order/);
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent(
      /Those who decide are not asked any more.*the name is free again/,
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Cancel the order' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/cancel`, body: {} },
      ]),
    );
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        /^\/databases$/,
      ),
    );
  });

  it.each([['awaiting-approval'], ['requested']] as const)(
    'offers nothing but to cancel the order in %s',
    async state => {
      is({ state, endpoint: undefined });
      service.answers({
        'GET /operations/:id': () => ({
          ...operation,
          type: 'ask-approval',
          state: 'waiting',
          finishedAt: undefined,
          cancel: 'after-undo',
        }),
      });
      renderPage();
      await userEvent.click(
        await screen.findByRole('button', { name: 'More actions' }),
      );
      const items = await screen.findAllByRole('menuitem');
      expect(items.map(({ textContent }) => textContent)).toEqual([
        'Cancel the order',
      ]);
    },
  );

  it('offers no other change while one is under way, and says that it was called off', async () => {
    service.answers({
      'GET /operations/:id': () => ({
        ...operation,
        type: 'rotate',
        state: 'waiting',
        finishedAt: undefined,
        calledOff: true,
      }),
    });
    renderPage();
    expect(
      await screen.findByText(/Called off\. What was made is removed/),
    ).toBeVisible();
    expect(screen.queryByRole('button', { name: 'More actions' })).toBeNull();
  });

  it('resumes what is suspended', async () => {
    is({ state: 'suspended' });
    renderPage();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Resume' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/resume` },
      ]),
    );
  });
});
