import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { database } from '../__testUtils__/fixtures';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

describe('changes of a database', () => {
  const { posts, renderPage, is } = setupDatabasePage();

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
