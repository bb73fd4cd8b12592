import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { DatabasesRouter } from '../DatabasesRouter';
import { database, options } from '../__testUtils__/fixtures';
import {
  refuse,
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';

describe('the list of databases', () => {
  const service = setupService();
  const lists = () => service.seen.filter(({ path }) => path === '/databases');

  beforeEach(() => {
    service.answers({
      'GET /options': () => options,
      'GET /databases': () => ({ items: [database], totalItems: 41 }),
    });
  });

  it('shows what they are, where, whose, how big and for how much', async () => {
    renderDatabases(<DatabasesRouter />);
    const row = await screen.findByRole('row', { name: /orders-db/ });
    expect(row).toHaveTextContent(/Ready/);
    expect(row).toHaveTextContent(/Postgres 18/);
    expect(row).toHaveTextContent(/development/);
    expect(row).toHaveTextContent(/team-orders/);
    expect(row).toHaveTextContent(/small · 5 GiB/);
    expect(row).toHaveTextContent(/€12 a month/);
    expect(
      within(row).getByRole('link', { name: 'orders-db' }),
    ).toHaveAttribute('href', '/databases/development/orders-db');
    expect(
      screen.getByRole('link', { name: 'Order a database' }),
    ).toHaveAttribute('href', '/databases/new');
  });

  it('keeps filters, order and page in the address and lets the server do the work', async () => {
    renderDatabases(<DatabasesRouter />);
    await userEvent.click(
      await screen.findByRole('button', { name: 'Needs attention' }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Staging' }),
    );
    await userEvent.click(
      await screen.findByRole('columnheader', { name: /Owner/ }),
    );
    await userEvent.click(await screen.findByRole('button', { name: /next/i }));
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        '/?attention=true&environment=staging&sort=owner&page=2',
      ),
    );
    await waitFor(() =>
      expect(Object.fromEntries(lists().at(-1)!.query)).toEqual({
        attention: 'true',
        environment: 'staging',
        sort: 'owner',
        order: 'asc',
        offset: '20',
        limit: '20',
      }),
    );
    expect(
      screen.getByRole('button', { name: 'Needs attention' }),
    ).toHaveAttribute('aria-pressed', 'true');
  });

  it('shows the same when it is opened by a link', async () => {
    renderDatabases(<DatabasesRouter />, {
      at: '/?mine=true&search=ord&sort=bogus&page=-3',
    });
    await screen.findByRole('row', { name: /orders-db/ });
    expect(Object.fromEntries(lists()[0].query)).toEqual({
      mine: 'true',
      search: 'ord',
      sort: 'name',
      order: 'asc',
      offset: '0',
      limit: '20',
    });
    expect(screen.getByRole('searchbox')).toHaveValue('ord');
  });

  it('asks again when the service says that something changed', async () => {
    const { signal } = renderDatabases(<DatabasesRouter />);
    await screen.findByText('Ready');
    service.answers({
      'GET /databases': () => ({
        items: [{ ...database, state: 'suspended' }],
        totalItems: 1,
      }),
    });
    await signal('databases');
    expect(await screen.findByText('Suspended')).toBeInTheDocument();
    expect(screen.queryByText('Ready')).toBeNull();
  });

  it('invites when there is nothing, with one button', async () => {
    service.answers({
      'GET /databases': () => ({ items: [], totalItems: 0 }),
    });
    renderDatabases(<DatabasesRouter />);
    expect(
      await screen.findByText(/There are no databases yet/),
    ).toBeInTheDocument();
    expect(
      screen.getAllByRole('link', { name: 'Order a database' }),
    ).toHaveLength(1);
  });

  it('says when filters leave nothing, and clears them', async () => {
    service.answers({
      'GET /databases': ({ query }) =>
        query.get('mine')
          ? { items: [], totalItems: 0 }
          : { items: [database], totalItems: 1 },
    });
    renderDatabases(<DatabasesRouter />, { at: '/?mine=true' });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Clear filters' }),
    );
    expect(
      await screen.findByRole('row', { name: /orders-db/ }),
    ).toBeInTheDocument();
  });

  it('says what failed and offers again', async () => {
    service.answers({
      'GET /databases': () =>
        refuse(503, 'ServiceUnavailableError', 'The store is away'),
    });
    renderDatabases(<DatabasesRouter />);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /could not be loaded.*The store is away/,
    );
    service.answers({
      'GET /databases': () => ({ items: [database], totalItems: 1 }),
    });
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('row', { name: /orders-db/ }),
    ).toBeInTheDocument();
  });
});
