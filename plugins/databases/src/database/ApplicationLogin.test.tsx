import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { database } from '../__testUtils__/fixtures';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

describe('the application’s login', () => {
  const { service, posts, is, renderPage } = setupDatabasePage();

  beforeEach(() => {
    service.answers({
      'GET /databases/:id/rotation': () => ({
        since: '2026-01-01T10:00:00Z',
        former: {
          replacedAt: '2026-01-01T10:00:00Z',
          undoUntil: '2026-01-02T10:00:00Z',
          isObserved: true,
          consumers: { moved: 2, total: 3 },
          waiting: [
            {
              application: 'orders',
              address: '10.0.0.7',
              sessions: 1,
              lastSeenAt: '2026-01-01T12:00:00Z',
            },
          ],
          waitsFor: [
            "2 of 3 clients moved; 10.0.0.7 app 'orders' was last seen on the old login 12 min ago.",
          ],
        },
      }),
    });
  });

  const press = async (name: RegExp) => {
    const button = await screen.findByRole('button', { name });
    await waitFor(() => expect(button).toBeEnabled());
    await userEvent.click(button);
    return screen.findByRole('dialog');
  };

  it('says who has not moved, and whom turning the former one off cuts off', async () => {
    renderPage();
    expect(
      await screen.findByText(/app 'orders' was last seen on the old login/),
    ).toBeVisible();
    const dialog = await press(/^Turn it off now/);
    expect(dialog).toHaveTextContent(
      /cuts off at once.*10\.0\.0\.7 \(orders\)/,
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Turn it off' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/retire-login`, body: {} },
      ]),
    );
  });

  it('gives the former one back', async () => {
    renderPage();
    const dialog = await press(/^Give it back/);
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Give it back' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/undo-rotation` },
      ]),
    );
  });

  it('offers neither to whoever may not decide', async () => {
    // Another one: what is allowed with a database is remembered for a moment.
    is({ id: '6a3f0c1e-6d0c-4c53-9d6e-0a51c1f1e3d2' });
    renderPage(false);
    for (const name of [/^Turn it off now/, /^Give it back/]) {
      const button = await screen.findByRole('button', { name });
      await waitFor(() => expect(button).toBeDisabled());
    }
  });
});
