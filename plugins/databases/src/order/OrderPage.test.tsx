import type { PolicyRequest } from '@slipway/plugin-policies-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { database, operation, options } from '../__testUtils__/fixtures';
import {
  refuse,
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';
import { OrderPage } from './OrderPage';

describe('ordering a database', () => {
  const service = setupService();
  const orders = () => service.seen.filter(({ method }) => method === 'POST');
  const order = () =>
    userEvent.click(screen.getByRole('button', { name: 'Order database' }));

  beforeEach(() => {
    service.answers({
      'GET /options': () => options,
      'POST /databases': () =>
        HttpResponse.json({ database, operation }, { status: 202 }),
    });
  });

  it('takes two clicks and a name for development, and leads to the database', async () => {
    renderDatabases(<OrderPage />);
    await userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'orders-db',
    );
    await order();
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        '/databases/development/orders-db',
      ),
    );
    expect(orders()).toEqual([
      expect.objectContaining({
        key: expect.stringMatching(/^[0-9a-f-]{36}$/),
        body: {
          name: 'orders-db',
          engine: 'postgres',
          version: '18',
          size: 'small',
          environment: 'development',
          owner: 'group:default/team-orders',
        },
      }),
    ]);
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

  it('offers only environments that a provider serves', async () => {
    renderDatabases(<OrderPage />);
    const group = await screen.findByRole('radiogroup', {
      name: /Environment/,
    });
    expect(
      within(group)
        .getAllByRole('radio')
        .map(radio => radio.getAttribute('value')),
    ).toEqual(['development', 'staging']);
  });

  it('says at the field what is wrong and sends nothing', async () => {
    renderDatabases(<OrderPage />);
    await screen.findByRole('textbox', { name: /^Name/ });
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'Orders DB',
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Name contains "O". Use only the letters a to z, digits and hyphens, for example "orders-db".',
    );
    await order();
    const said = screen.getAllByRole('alert').map(alert => alert.textContent);
    expect(said).toEqual([
      expect.stringMatching(/^Name contains/),
      expect.stringMatching(/^Environment is empty/),
      expect.stringMatching(/^Size is not known/),
    ]);
    expect(orders()).toEqual([]);
  });

  it('says of a reserved name that it is, as one types', async () => {
    renderDatabases(<OrderPage />);
    const name = await screen.findByRole('textbox', { name: /^Name/ });
    await userEvent.type(name, 'postgres');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Name is "postgres", which is reserved. Say what the database holds, for example "orders-db".',
    );
    await userEvent.type(name, '-orders');
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('keeps what was typed when the service refuses, and says why', async () => {
    service.answers({
      'POST /databases': () =>
        refuse(409, 'ConflictError', 'name is taken in development.'),
    });
    renderDatabases(<OrderPage />);
    await userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
    const name = screen.getByRole('textbox', { name: /^Name/ });
    await userEvent.type(name, 'orders-db');
    await order();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /The order was not taken.*name is taken in development/,
    );
    expect(name).toHaveValue('orders-db');
  });

  it('says what the policies say as one types, and shows their refusal in the same way', async () => {
    const finding = {
      policy: 'cost-limit',
      title: 'Cost of databases',
      digest: 'd',
      mode: 'deny' as const,
      validation: 0,
      field: 'size',
      message: 'In development a database may be small, not medium.',
      reason: 'What is only tried out should not cost much.',
      comply: 'Choose a smaller size.',
      failed: false,
    };
    const asked: PolicyRequest[] = [];
    const evaluate = async (request: PolicyRequest) => {
      asked.push(request);
      const isRefused = request.object.size === 'medium';
      const findings = isRefused ? [finding] : [];
      return { allowed: !isRefused, findings, digest: 'd' };
    };
    service.answers({
      'POST /databases': () =>
        HttpResponse.json(
          {
            error: { name: 'NotAllowedError', message: 'Refused' },
            response: { statusCode: 403 },
            findings: [finding],
          },
          { status: 403 },
        ),
    });
    renderDatabases(<OrderPage />, { policies: { evaluate } });
    await userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'orders-db',
    );
    const panel = screen.getByRole('region', { name: 'What you will get' });
    await within(panel).findByText('All policies allow this');
    expect(asked.at(-1)).toEqual({
      kind: 'DatabaseRequest',
      operation: 'create',
      source: 'form',
      object: {
        name: 'orders-db',
        engine: 'postgres',
        version: '18',
        size: 'small',
        environment: 'development',
        owner: 'group:default/team-orders',
        pricePerMonth: { amount: 12, currency: 'EUR' },
      },
    });

    await userEvent.click(screen.getByRole('radio', { name: /^medium/ }));
    await within(panel).findByText('One rule does not allow this');
    // Beside the field, and in full in the panel.
    expect(screen.getAllByText(finding.message)).toHaveLength(2);
    const fix = await within(panel).findByRole('button', {
      name: 'Set size to small',
    });

    await order();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /The order was not taken.*Policies do not allow it/,
    );
    expect(screen.getAllByText(finding.message)).toHaveLength(3);
    await userEvent.click(fix);
    expect(screen.getByRole('radio', { name: /^small/ })).toBeChecked();
  });

  it('orders once when the answer was lost and the button is pressed again', async () => {
    service.answers({ 'POST /databases': () => HttpResponse.error() });
    const { unmount } = renderDatabases(<OrderPage />);
    await userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'orders-db',
    );
    await order();
    await screen.findByRole('alert');
    await order();
    await waitFor(() => expect(orders()).toHaveLength(2));
    // A reload keeps the form and the key.
    unmount();
    renderDatabases(<OrderPage />);
    expect(await screen.findByRole('textbox', { name: /^Name/ })).toHaveValue(
      'orders-db',
    );
    await order();
    await waitFor(() => expect(orders()).toHaveLength(3));
    const keys = orders().map(({ key }) => key);
    expect(new Set(keys).size).toBe(1);

    await userEvent.type(screen.getByRole('textbox', { name: /^Name/ }), '-2');
    await order();
    await waitFor(() => expect(orders()).toHaveLength(4));
    expect(orders()[3].key).not.toBe(keys[0]);
  });

  it('explains itself to somebody who is in no group', async () => {
    renderDatabases(<OrderPage />, { groups: [] });
    expect(
      await screen.findByText(/belongs to a group and you are in none/),
    ).toBeInTheDocument();
  });

  it('takes suggestions from a link', async () => {
    renderDatabases(<OrderPage />, {
      at: '/?name=carts-db&environment=staging&size=medium',
    });
    expect(await screen.findByRole('textbox', { name: /^Name/ })).toHaveValue(
      'carts-db',
    );
    expect(screen.getByRole('radio', { name: 'Staging' })).toBeChecked();
    expect(screen.getByRole('radio', { name: /^medium/ })).toBeChecked();
  });
});
