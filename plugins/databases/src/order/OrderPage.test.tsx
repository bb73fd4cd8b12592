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
      'GET /quota': () => ({}),
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

  it('does not say what it will hold when the backup is not found', async () => {
    service.answers({
      'GET /databases/:id': () => database,
      'GET /databases/:id/backups': () => ({ items: [] }),
    });
    renderDatabases(<OrderPage />, {
      at: `/?restoreFrom=33333333-3333-4333-8333-333333333333&of=${database.id}`,
    });
    expect(
      await screen.findByText(
        'The backup that it should begin with was not found',
      ),
    ).toBeVisible();
    expect(screen.queryByText(/It will hold/)).toBeNull();
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
