import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { database, login } from '../__testUtils__/fixtures';
import { refuse } from '../__testUtils__/renderDatabases';
import {
  PASSWORD,
  setupDatabasePage,
} from '../__testUtils__/setupDatabasePage';

describe('personal logins to a database', () => {
  const { service, posts, renderPage, is } = setupDatabasePage();

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

  it('says of Redis what keys begin with, and offers nothing to build', async () => {
    is({
      engine: 'redis',
      version: '7.0',
      endpoint: {
        host: 'db.example.com',
        port: 6379,
        database: 'orders_db_1a2b',
        tls: true,
      },
    });
    service.answers({
      'POST /databases/:id/personal-logins': () =>
        HttpResponse.json(
          {
            login,
            endpoint: { ...database.endpoint, port: 6379, tls: true },
            password: PASSWORD,
          },
          { status: 201 },
        ),
    });
    renderPage();
    const connection = await screen.findByRole('region', {
      name: 'Connection',
    });
    expect(connection).toHaveTextContent(/Keys begin with.*orders_db_1a2b:/);
    expect(screen.getByRole('region', { name: 'Size' })).toHaveTextContent(
      /Memory5 GiB/,
    );
    expect(screen.queryByText('Statement timeout')).not.toBeInTheDocument();

    await userEvent.click(screen.getByRole('button', { name: 'Connect' }));
    const choices = await screen.findAllByRole('menuitem');
    expect(choices.map(({ textContent }) => textContent)).toEqual([
      'Personal login to look',
      'Personal login to change data',
    ]);
    await userEvent.click(choices[1]);
    const dialog = await screen.findByRole('dialog');
    expect(within(dialog).getAllByRole('radio')).toHaveLength(2);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Get login' }),
    );
    expect(
      await within(dialog).findByRole('button', { name: 'Copy key prefix' }),
    ).toBeVisible();
    expect(dialog).toHaveTextContent(/Keys begin withorders_db_1a2b:/);
    expect(dialog).toHaveTextContent(
      /redis-cli -h db\.example\.com -p 6379 --user sam\.okafor_0a1b2c3d4e --tls --askpass/,
    );
    expect(within(dialog).queryByText('Database')).not.toBeInTheDocument();
  });

  it('speaks of MariaDB where the engine is its server', async () => {
    is({ engine: 'mysql', version: '10.11' });
    renderPage();
    expect(await screen.findByText('MariaDB 10.11')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Connect' }));
    await userEvent.click(
      await screen.findByRole('menuitem', {
        name: 'Personal login to make tables',
      }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Get login' }),
    );
    expect(
      await screen.findByRole('button', { name: 'Copy mariadb command' }),
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
