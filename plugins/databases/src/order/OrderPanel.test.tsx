import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { database, operation, options } from '../__testUtils__/fixtures';
import {
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';
import { OrderPage } from './OrderPage';

describe('what an order would give', () => {
  const service = setupService();
  const orders = () => service.seen.filter(({ method }) => method === 'POST');
  const order = () =>
    userEvent.click(screen.getByRole('button', { name: 'Order database' }));

  beforeEach(() => {
    service.answers({
      'GET /options': () => options,
      'GET /quota': () => ({}),
      'POST /databases': () =>
        HttpResponse.json({ database, operation }, { status: 202 }),
    });
  });

  it('says before one orders whether somebody has to approve, and who', async () => {
    service.answers({
      'GET /options': () => ({
        ...options,
        approvals: [
          {
            environment: 'development',
            sizes: ['small'],
            groups: ['group:default/platform-team'],
            required: 1,
          },
        ],
      }),
    });
    renderDatabases(<OrderPage />);
    const panel = await screen.findByRole('region', {
      name: 'What you will get',
    });
    expect(panel).toHaveTextContent(/ApprovalDepends on environment and size/);
    await userEvent.click(
      screen.getByRole('button', { name: 'For development' }),
    );
    expect(panel).toHaveTextContent(/ApprovalWaits for 1 of platform-team/);
  });

  it('says what the owner has of its quota, and who decides about more', async () => {
    service.answers({
      'GET /quota': ({ query }) => ({
        quota: {
          environments: [query.get('environment')],
          databases: { used: 3, limit: 3 },
          approval: { groups: ['group:default/platform-team'], required: 1 },
        },
      }),
    });
    renderDatabases(<OrderPage />);
    const panel = await screen.findByRole('region', {
      name: 'What you will get',
    });
    await userEvent.click(
      screen.getByRole('button', { name: 'For development' }),
    );
    await waitFor(() =>
      expect(panel).toHaveTextContent(
        /3 of 3 databases are taken in development. This one is beyond it.ApprovalWaits for 1 of platform-team/,
      ),
    );
  });

  it('warns of an order that will be refused for its quota', async () => {
    service.answers({
      'GET /quota': () => ({
        quota: { storageGiB: { used: 18, limit: 20 } },
      }),
    });
    renderDatabases(<OrderPage />);
    await userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
    expect(
      await screen.findByText(
        /beyond the quota of the owner, and will be refused/,
      ),
    ).toBeInTheDocument();
  });

  it('shows on the right what will be made, as one types', async () => {
    renderDatabases(<OrderPage />);
    const panel = await screen.findByRole('region', {
      name: 'What you will get',
    });
    expect(panel).toHaveTextContent(/Choose an environment first/);
    await userEvent.click(
      screen.getByRole('button', { name: 'For development' }),
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'orders-db',
    );
    const card = within(panel).getByRole('region', { name: 'Shared Postgres' });
    expect(card).toHaveTextContent(
      /Postgres 18.*5 GiB.*20 at a time, statements up to 30 s.*€12 a month.*Not measured yet/,
    );
    // There is no other to compare it with.
    expect(card).not.toHaveTextContent(/Your order goes here/);
    expect(panel).toHaveTextContent(/resource:default\/orders-db\.development/);
    expect(panel).toHaveTextContent(/The server is shared\./);
    await userEvent.click(screen.getByRole('radio', { name: /^medium/ }));
    expect(panel).toHaveTextContent(/Not known/);
  });

  it('puts the providers that could take the order side by side, and orders from the one that does', async () => {
    const [shared] = options.providers;
    const gives = {
      backup: false,
      restore: false,
      clone: false,
      personalLogins: true,
      tls: true,
      enforced: ['connections' as const],
      observed: ['storage' as const],
    };
    const offer = {
      engine: 'postgres' as const,
      environment: 'development',
      sizes: [
        {
          name: 'small' as const,
          pricePerMonth: { amount: 12, currency: 'EUR' },
        },
      ],
    };
    service.answers({
      'GET /options': () => ({
        ...options,
        providers: [
          shared,
          {
            ...shared,
            id: 'new',
            title: 'New Postgres',
            versions: ['19'],
            gives,
          },
        ],
        offers: [
          { ...offer, providerId: 'shared', takesOrders: false },
          {
            ...offer,
            providerId: 'new',
            takesOrders: true,
            medianSeconds: 2.4,
            measuredOrders: 17,
            sizes: [
              { name: 'small', pricePerMonth: { amount: 20, currency: 'EUR' } },
            ],
          },
        ],
      }),
    });
    renderDatabases(<OrderPage />);
    await userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
    const newOne = screen.getByRole('region', { name: 'New Postgres' });
    expect(newOne).toHaveTextContent(
      /Your order goes here.*Postgres 19.*5 GiB, observed.*€20 a month.*about 2 s, the median of the last 17 orders.*personal logins, TLS; not with backups, restore, copies/,
    );
    const old = screen.getByRole('region', { name: 'Shared Postgres' });
    expect(old).toHaveTextContent(
      /takes no orders.*Postgres 18.*€12 a month.*Not measured yet/,
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'a-db',
    );
    await order();
    await waitFor(() =>
      expect(orders()).toMatchObject([{ body: { version: '19' } }]),
    );
  });
});
