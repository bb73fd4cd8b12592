import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { database, login } from '../__testUtils__/fixtures';
import { refuse } from '../__testUtils__/renderDatabases';
import {
  PASSWORD,
  setupDatabasePage,
} from '../__testUtils__/setupDatabasePage';

describe('personal logins to a database', () => {
  const { service, posts, renderPage } = setupDatabasePage();

  it('shows a personal login once', async () => {
    const { container } = renderPage();
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
    expect(
      within(dialog).getByText(
        `postgresql://sam.okafor_0a1b2c3d4e:${PASSWORD}@db.example.com:5432/orders_db_1a2b`,
      ),
    ).toBeVisible();
    for (const what of [
      'user',
      'password',
      'host',
      'psql command',
      'address',
    ]) {
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
    renderPage();
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
    renderPage();
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
});
