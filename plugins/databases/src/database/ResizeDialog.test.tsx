import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { database, options } from '../__testUtils__/fixtures';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

describe('another size', () => {
  const { service, posts, renderPage, is } = setupDatabasePage();
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

  it('says that somebody has to approve it, and who', async () => {
    service.answers({
      'GET /options': () => ({
        ...options,
        approvals: [
          {
            environment: 'development',
            sizes: ['medium'],
            groups: ['group:default/platform-team'],
            required: 1,
          },
        ],
      }),
    });
    const dialog = await open();
    await userEvent.click(
      within(dialog).getByRole('radio', { name: /^medium / }),
    );
    expect(
      within(dialog).getByText(/This size waits for approval/),
    ).toBeInTheDocument();
    expect(within(dialog).getByText(/Waits for 1 of/)).toHaveTextContent(
      /platform-team/,
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Ask for the size' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([{ body: { size: 'medium' } }]),
    );
  });

  it('is shown while it waits, and can be withdrawn', async () => {
    is({
      pendingChange: {
        kind: 'resize',
        size: 'medium',
        rule: [{ groups: ['group:default/platform-team'], required: 1 }],
        requestedBy: 'user:default/sam.okafor',
        requestedAt: '2026-01-01T10:00:00Z',
        approvalId: '33333333-3333-4333-8333-333333333333',
      },
    });
    renderPage();
    expect(
      await screen.findByText(/The size medium waits for approval/),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open the approval' }),
    ).toHaveAttribute(
      'href',
      expect.stringMatching(/approvals\/33333333-3333/),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Withdraw' }));
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          path: `/databases/${database.id}/withdraw-resize`,
          key: expect.any(String),
        },
      ]),
    );
    await userEvent.click(screen.getByRole('button', { name: 'More actions' }));
    expect(
      screen.queryByRole('menuitem', { name: 'Change size…' }),
    ).not.toBeInTheDocument();
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
