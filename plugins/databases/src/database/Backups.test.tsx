import type { DatabaseBackup } from '@slipway/plugin-databases-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { database } from '../__testUtils__/fixtures';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

const backup: DatabaseBackup = {
  id: '44444444-4444-4444-8444-444444444444',
  databaseId: database.id,
  kind: 'on-request',
  state: 'kept',
  format: 'pg_dump-custom',
  contents: { tables: 12, rows: 3401, indexes: 3 },
  sizeBytes: 1_500_000,
  storedBytes: 1_600_000,
  store: 'A folder of the portal',
  provenAt: '2026-01-02T10:00:00Z',
  createdBy: 'user:default/sam.okafor',
  createdAt: '2026-01-02T09:59:00Z',
  takenAt: '2026-01-02T09:59:30Z',
  expiresAt: '2099-02-01T09:59:00Z',
};

describe('the backups of a database', () => {
  const { service, posts, renderPage, is } = setupDatabasePage();
  const shows = (...items: DatabaseBackup[]) =>
    service.answers({ 'GET /databases/:id/backups': () => ({ items }) });
  const region = () => screen.findByRole('region', { name: 'Backups' });

  beforeEach(() => {
    is({ backups: { lastTakenAt: backup.takenAt } });
    shows(backup);
  });

  it('says what each holds, and whether it is proven', async () => {
    renderPage();
    const section = await region();
    expect(
      await within(section).findByText('12 tables, 3,401 rows, 1.5 MiB'),
    ).toBeInTheDocument();
    expect(section).toHaveTextContent(/Proven .*kept until 1 Feb 2099/);
    expect(screen.getByText('Last proven restore')).toBeInTheDocument();
  });

  it('says what is wrong with one that failed, and offers nothing to do with it', async () => {
    shows({ ...backup, state: 'failed', problem: 'The disk is full.' });
    renderPage();
    const section = await region();
    expect(
      await within(section).findByText('The disk is full.'),
    ).toBeInTheDocument();
    expect(
      within(section).queryByRole('button', { name: /Actions for/ }),
    ).not.toBeInTheDocument();
  });

  it('are not there where none are taken', async () => {
    is({});
    renderPage();
    await screen.findByRole('region', { name: 'Personal logins' });
    expect(
      screen.queryByRole('region', { name: 'Backups' }),
    ).not.toBeInTheDocument();
  });

  it('takes one when asked', async () => {
    shows();
    renderPage();
    const section = await region();
    expect(
      await within(section).findByText(/There is no backup yet/),
    ).toBeInTheDocument();
    await userEvent.click(
      await within(section).findByRole('button', { name: 'Back up now' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/backup`, key: expect.any(String) },
      ]),
    );
  });

  it('restores in place only when the name is typed', async () => {
    renderPage();
    await userEvent.click(
      await screen.findByRole('button', { name: /Actions for the backup/ }),
    );
    await userEvent.click(
      await screen.findByRole('menuitem', { name: 'Restore it here…' }),
    );
    const dialog = await screen.findByRole('dialog');
    const button = within(dialog).getByRole('button', {
      name: 'Restore database',
    });
    expect(button).toBeDisabled();
    await userEvent.type(within(dialog).getByRole('textbox'), 'orders-db');
    await userEvent.click(button);
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          path: `/databases/${database.id}/restore`,
          body: { backupId: backup.id, confirmName: 'orders-db' },
        },
      ]),
    );
  });

  it('lets those who may only look do nothing', async () => {
    // Another one: what is allowed with a database is remembered for a moment.
    is({
      id: '55555555-5555-4555-8555-555555555555',
      backups: { lastTakenAt: backup.takenAt },
    });
    renderPage(false);
    const section = await region();
    expect(
      await within(section).findByText('12 tables, 3,401 rows, 1.5 MiB'),
    ).toBeInTheDocument();
    expect(
      within(section).getByRole('button', { name: 'Back up now' }),
    ).toBeDisabled();
    expect(
      within(section).queryByRole('button', { name: /Actions for/ }),
    ).not.toBeInTheDocument();
  });
});
