import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { database } from '../__testUtils__/fixtures';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

describe('another size', () => {
  const { service, posts, renderPage } = setupDatabasePage();
  const open = async () => {
    renderPage();
    await userEvent.click(
      await screen.findByRole('button', { name: 'More actions' }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Change size…' }),
    );
    return screen.findByRole('dialog');
  };

  it('says what follows before it is asked for', async () => {
    const dialog = await open();
    const button = within(dialog).getByRole('button', {
      name: 'Change the size',
    });
    expect(button).toBeDisabled();
    expect(
      within(dialog).getByRole('radio', { name: /^small .*\(now\)$/ }),
    ).toBeDisabled();
    await userEvent.click(
      within(dialog).getByRole('radio', { name: /^medium / }),
    );
    const follows = within(dialog).getByRole('list', { name: 'What follows' });
    expect(follows).toHaveTextContent(
      'Storage 5 → 20 GiB, sessions 20 → 50.Price €12 a month → Not known.',
    );
    await userEvent.click(button);
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          path: `/databases/${database.id}/resize`,
          body: { size: 'medium' },
          key: expect.any(String),
        },
      ]),
    );
  });

  it('shows why it was refused, and stays open', async () => {
    service.answers({
      'POST /databases/:id/resize': () =>
        HttpResponse.json(
          { error: { name: 'ConflictError', message: 'Beyond the quota.' } },
          { status: 409 },
        ),
    });
    const dialog = await open();
    await userEvent.click(
      within(dialog).getByRole('radio', { name: /^medium / }),
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Change the size' }),
    );
    expect(
      await within(dialog).findByText(/Beyond the quota/),
    ).toBeInTheDocument();
  });
});
