import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { database } from '../__testUtils__/fixtures';
import {
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';
import { DatabasesRouter } from '../DatabasesRouter';
import { monthBefore } from './costWords';

const ORDERS = 'group:default/team-orders';
const month = monthBefore(0);
const euros = (amount: number) => ({ amount, currency: 'EUR' });
const costs = {
  from: month,
  to: month,
  by: 'owner',
  items: [
    {
      key: ORDERS,
      title: ORDERS,
      amounts: [euros(41.5)],
      databases: 3,
      withoutPrice: 1,
    },
    {
      key: 'group:default/team-payments',
      title: 'team-payments',
      amounts: [],
      databases: 1,
      withoutPrice: 1,
    },
  ],
  left: 0,
  total: { amounts: [euros(41.5)], databases: 4, withoutPrice: 2 },
};
const row = {
  databaseId: database.id,
  name: 'orders-db',
  environment: 'development',
  owner: ORDERS,
  size: 'small',
  month,
  from: `${month}-01T00:00:00.000Z`,
  to: `${month}-02T00:00:00.000Z`,
  pricePerMonth: euros(31),
  cost: euros(1),
  isDeleted: false,
};

describe('the costs', () => {
  const service = setupService();
  const asked = (path: string) =>
    service.seen
      .filter(each => each.path === path)
      .at(-1)
      ?.query.toString();
  beforeEach(() => {
    service.answers({
      'GET /costs': () => costs,
      'GET /costs/rows': () => ({ items: [row], totalItems: 1 }),
      'GET /costs/idle': () => ({ days: 14, items: [] }),
    });
  });
  const renderPage = (at = '/cost') =>
    renderDatabases(<DatabasesRouter />, { at });

  it('are added up, and what is unknown is named and in no sum', async () => {
    renderPage();
    expect((await screen.findAllByText('€41.50'))[0]).toBeVisible();
    expect(
      screen.getByText(
        /^2 databases without a price: what they cost is unknown/,
      ),
    ).toBeVisible();
    const rows = within(await screen.findByRole('grid')).getAllByRole('row');
    expect(rows[1]).toHaveTextContent('€41.50, and 1 database unknown');
    expect(rows[2]).toHaveTextContent('Unknown');
    expect(asked('/costs')).toBe(`from=${month}&to=${month}&by=owner`);

    await userEvent.click(screen.getByRole('button', { name: 'Show them' }));
    expect(
      await screen.findByRole('heading', { name: 'What has no price' }),
    ).toBeVisible();
    expect(asked('/costs/rows')).toContain('unpriced=true');
  });

  it('open into what they are made of, by the address', async () => {
    renderPage();
    await userEvent.click(
      await screen.findByRole('button', { name: `Open ${ORDERS}` }),
    );
    const section = within(
      await screen.findByRole('region', { name: /is made of$/ }),
    );
    expect(
      await section.findByRole('link', { name: 'orders-db (development)' }),
    ).toHaveAttribute('href', '/databases/development/orders-db');
    expect(section.getByText('€31 a month')).toBeVisible();
    expect(section.getByText('€1.00')).toBeVisible();
    expect(asked('/costs/rows')).toBe(
      `from=${month}&to=${month}&owner=${encodeURIComponent(ORDERS)}&offset=0&limit=20`,
    );
    expect(screen.getByLabelText('address')).toHaveTextContent(
      `open=${encodeURIComponent(ORDERS)}`,
    );
    await userEvent.click(section.getByRole('button', { name: 'Close' }));
    expect(screen.queryByText(/is made of$/)).not.toBeInTheDocument();
  });

  it('name what nobody uses, and can suspend it', async () => {
    service.answers({
      'GET /costs/idle': () => ({
        days: 14,
        items: [{ database, idleSince: '2026-01-01T00:00:00Z' }],
      }),
      'POST /databases/:id/suspend': () => ({
        database,
        operation: {
          id: 'o',
          databaseId: database.id,
          type: 'suspend',
          title: 'Suspend',
          state: 'pending',
          steps: [],
          actor: 'user:default/sam',
          createdAt: '2026-01-01T00:00:00Z',
        },
      }),
    });
    renderPage();
    await userEvent.click(
      await screen.findByRole('button', { name: 'Suspend orders-db' }),
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Suspend database' }),
    );
    expect(service.seen.filter(({ method }) => method === 'POST')).toHaveLength(
      1,
    );
  });

  it('say that there was nothing', async () => {
    service.answers({
      'GET /costs': () => ({
        ...costs,
        items: [],
        total: { amounts: [], databases: 0, withoutPrice: 0 },
      }),
    });
    renderPage();
    expect(
      await screen.findByText(/^No database that you may see/),
    ).toBeVisible();
    expect(screen.getByText(/^Every database that is watched/)).toBeVisible();
  });
});
