import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { database, operation } from '../__testUtils__/fixtures';
import { refuse } from '../__testUtils__/renderDatabases';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

describe('a clone of a database', () => {
  const { service, posts, renderPage, is } = setupDatabasePage();
  beforeEach(() => {
    is({ backups: {} });
    service.answers({
      'GET /databases': () => ({
        items: [{ ...database, name: 'orders-db-copy' }],
        totalItems: 1,
      }),
      'GET /databases/:id/backups': () => ({ items: [] }),
      'POST /databases': () =>
        HttpResponse.json(
          { database: { ...database, name: 'orders-db-copy-2' }, operation },
          { status: 202 },
        ),
    });
  });
  const open = async () => {
    renderPage();
    const more = await screen.findByRole('button', { name: 'More actions' });
    await waitFor(() => expect(more).toBeEnabled());
    await userEvent.click(more);
    await userEvent.click(
      await screen.findByRole('menuitem', { name: /^Clone/ }),
    );
    const dialog = within(await screen.findByRole('dialog'));
    await dialog.findByRole('button', { name: 'Clone database' });
    return dialog;
  };

  it('takes two clicks, has a name that nobody has, and leads to the new one', async () => {
    const dialog = await open();
    await userEvent.click(
      dialog.getByRole('button', { name: 'Clone database' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          path: '/databases',
          body: {
            name: 'orders-db-copy-2',
            environment: 'development',
            engine: 'postgres',
            size: 'small',
            owner: 'group:default/team-orders',
            cloneOf: database.id,
          },
        },
      ]),
    );
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        '/databases/development/orders-db-copy-2',
      ),
    );
  });

  it('shows why it is refused, and keeps what was typed', async () => {
    service.answers({
      'POST /databases': () =>
        refuse(403, 'NotAllowedError', 'Data of production may not be copied'),
    });
    const dialog = await open();
    const name = dialog.getByRole('textbox', { name: /^Name/ });
    await userEvent.clear(name);
    await userEvent.type(name, 'mine');
    await userEvent.click(
      dialog.getByRole('button', { name: 'Clone database' }),
    );
    expect(
      await dialog.findByText(/Data of production may not be copied/),
    ).toBeVisible();
    expect(name).toHaveValue('mine');
  });

  it('is not offered where no backups are taken', async () => {
    is({ backups: undefined });
    renderPage();
    const more = await screen.findByRole('button', { name: 'More actions' });
    await waitFor(() => expect(more).toBeEnabled());
    await userEvent.click(more);
    await screen.findByRole('menuitem', { name: /^Delete/ });
    expect(screen.queryByRole('menuitem', { name: /^Clone/ })).toBeNull();
  });
});
