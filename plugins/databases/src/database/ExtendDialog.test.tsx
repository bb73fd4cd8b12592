import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { database, options } from '../__testUtils__/fixtures';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

describe('a database that ends', () => {
  const { service, posts, renderPage, is } = setupDatabasePage();

  it('says so, and is extended by as much as its environment allows', async () => {
    service.answers({
      'GET /options': () => ({
        ...options,
        expiry: [{ environment: 'development', maxDays: 20 }],
      }),
    });
    is({
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      conditions: [
        {
          type: 'expiring',
          message: 'It ends tomorrow. Extend it.',
          since: '2026-01-01T10:00:00Z',
        },
      ],
    });
    renderPage();
    expect(
      await screen.findByText('It ends tomorrow. Extend it.'),
    ).toBeVisible();
    await userEvent.click(await screen.findByRole('link', { name: 'Extend' }));
    const dialog = within(await screen.findByRole('dialog'));
    const day = dialog.getByLabelText(/^New last day/);
    const last = new Date(Date.now() + 20 * 86_400_000);
    await waitFor(() =>
      expect(day).toHaveValue(last.toISOString().slice(0, 10)),
    );
    await userEvent.click(
      dialog.getByRole('button', { name: 'Extend database' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          path: `/databases/${database.id}/extend`,
          body: { expiresAt: last.toISOString().slice(0, 10) },
        },
      ]),
    );
  });

  it('is not offered an extension where it goes on for ever', async () => {
    renderPage();
    const more = await screen.findByRole('button', { name: 'More actions' });
    await waitFor(() => expect(more).toBeEnabled());
    await userEvent.click(more);
    await screen.findByRole('menuitem', { name: /^Delete/ });
    expect(screen.queryByRole('menuitem', { name: /^Extend/ })).toBeNull();
  });
});
