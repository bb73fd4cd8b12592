import type { BlastRadius } from '@slipway/plugin-databases-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { blastRadius, database } from '../__testUtils__/fixtures';
import { refuse } from '../__testUtils__/renderDatabases';
import { setupDatabasePage } from '../__testUtils__/setupDatabasePage';

const USED: Partial<BlastRadius> = {
  dependents: {
    found: 'known',
    total: 3,
    hidden: 1,
    items: [
      {
        entityRef: 'component:default/orders',
        owner: 'group:default/team-orders',
      },
      { entityRef: 'api:default/orders', via: 'component:default/orders' },
    ],
  },
  sessions: {
    found: 'known',
    total: 2,
    clients: [
      {
        username: 'orders_db_a',
        kind: 'application',
        application: 'checkout',
        address: '10.0.0.7',
        sessions: 2,
        since: '2026-01-01T09:00:00Z',
      },
    ],
  },
  deletion: { asksForWord: true, undoUntil: '2099-01-08T10:00:00Z' },
};

describe('what is said before a database is taken away', () => {
  const { service, posts, renderPage, is } = setupDatabasePage();
  const radiusIs = (change: Partial<BlastRadius>) =>
    service.answers({
      'GET /databases/:id/blast-radius': () => ({ ...blastRadius, ...change }),
    });
  const open = async (name: RegExp) => {
    renderPage();
    const more = await screen.findByRole('button', { name: 'More actions' });
    await waitFor(() => expect(more).toBeEnabled());
    await userEvent.click(more);
    await userEvent.click(await screen.findByRole('menuitem', { name }));
    return within(await screen.findByRole('dialog'));
  };

  it('names what uses it, and asks for the name and a word', async () => {
    radiusIs(USED);
    const dialog = await open(/^Delete database/);
    const uses = await dialog.findByRole('region', { name: 'What uses it' });
    expect(uses).toHaveTextContent(
      /3 in the catalog depend on it, 1 of them not visible to you:/,
    );
    expect(uses).toHaveTextContent(
      /orders_db_a \(the application’s login\), calls itself “checkout”, from 10\.0\.0\.7, 2 sessions since 1 Jan 2026/,
    );
    const button = dialog.getByRole('button', { name: 'Delete database' });
    await userEvent.type(dialog.getByLabelText('Name'), 'orders-db');
    expect(button).toBeDisabled();
    await userEvent.type(dialog.getByLabelText(/^The word/), 'disconnect');
    await userEvent.click(button);
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          path: `/databases/${database.id}/delete`,
          body: { confirmName: 'orders-db', confirmInUse: 'disconnect' },
        },
      ]),
    );
  });

  it('says what it does not know, and takes it for use', async () => {
    radiusIs({
      dependents: {
        found: 'unknown',
        reason: 'The catalog does not answer.',
        items: [],
      },
      sessions: { found: 'hidden', clients: [] },
      deletion: { asksForWord: true },
    });
    const dialog = await open(/^Delete database/);
    const uses = await dialog.findByRole('region', { name: 'What uses it' });
    expect(uses).toHaveTextContent(
      /Whether something depends on it is not known\. The catalog does not answer\./,
    );
    expect(uses).not.toHaveTextContent(/[Nn]obody|[Nn]othing/);
    expect(dialog.getByLabelText(/^The word/)).toBeVisible();
  });

  it('asks for the word also when nothing could be looked up', async () => {
    service.answers({
      'GET /databases/:id/blast-radius': () =>
        refuse(500, 'Error', 'Something broke'),
    });
    const dialog = await open(/^Delete database/);
    expect(
      await dialog.findByText(/could not be looked at, so that something may/),
    ).toBeVisible();
    expect(dialog.getByLabelText(/^The word/)).toBeVisible();
  });

  it('shows the same before it is suspended, which can be undone at any time', async () => {
    radiusIs(USED);
    const dialog = await open(/^Suspend database/);
    await dialog.findByRole('region', { name: 'What uses it' });
    expect(dialog.queryByRole('textbox')).toBeNull();
    await userEvent.click(
      dialog.getByRole('button', { name: 'Suspend database' }),
    );
    await waitFor(() =>
      expect(posts()).toMatchObject([
        { path: `/databases/${database.id}/suspend`, body: {} },
      ]),
    );
  });

  it('offers a purge without a last backup where there is none, with a reason', async () => {
    is({
      state: 'suspended',
      purgeAfter: '2026-01-02T00:00:00Z',
      backups: {},
    });
    radiusIs({
      backups: { kept: 0 },
      deletion: { asksForWord: false, missingBackup: 'It has too many tables' },
    });
    const dialog = await open(/^Purge database/);
    expect(await dialog.findByText('It has too many tables')).toBeVisible();
    await userEvent.type(dialog.getByLabelText('Name'), 'orders-db');
    const button = dialog.getByRole('button', { name: 'Purge database' });
    expect(button).toBeDisabled();
    await userEvent.click(dialog.getByRole('checkbox'));
    expect(button).toBeDisabled();
    await userEvent.type(
      dialog.getByRole('textbox', { name: /^Why no last backup/ }),
      'Samples only',
    );
    await userEvent.click(button);
    await waitFor(() =>
      expect(posts()).toMatchObject([
        {
          body: {
            confirmName: 'orders-db',
            withoutBackup: true,
            reason: 'Samples only',
          },
        },
      ]),
    );
  });
});
