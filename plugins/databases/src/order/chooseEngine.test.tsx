import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { database, operation, options } from '../__testUtils__/fixtures';
import {
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';
import { OrderPage } from './OrderPage';

describe('choosing an engine', () => {
  const service = setupService();
  const [shared] = options.providers;
  const redis = {
    ...shared,
    id: 'shared-redis',
    title: 'Shared Redis',
    engine: 'redis' as const,
    versions: ['7.0'],
    environments: ['development'],
    notes: ['Its memory is not divided.'],
  };

  beforeEach(() => {
    sessionStorage.clear();
    service.answers({
      'GET /quota': () => ({}),
      'GET /options': () => ({ ...options, providers: [shared, redis] }),
      'POST /databases': () =>
        HttpResponse.json({ database, operation }, { status: 202 }),
    });
  });

  const chooseDevelopment = async () =>
    userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
  const chosen = () =>
    within(screen.getByRole('radiogroup', { name: /Engine/ }))
      .getAllByRole('radio', { checked: true })
      .map(radio => radio.getAttribute('value'));

  it('orders of the engine that was chosen, and shows what its provider gives', async () => {
    renderDatabases(<OrderPage />);
    await chooseDevelopment();
    // The first that serves it, unless somebody wants another.
    expect(chosen()).toEqual(['postgres']);
    const panel = screen.getByRole('region', { name: 'What you will get' });
    expect(within(panel).queryByText(/Redis/)).not.toBeInTheDocument();

    await userEvent.click(screen.getByRole('radio', { name: 'Redis' }));
    expect(chosen()).toEqual(['redis']);
    const card = within(panel).getByRole('region', { name: 'Shared Redis' });
    expect(card).toHaveTextContent(
      /EngineRedis 7\.0Memory5 GiBConnections20 at a timePrice/,
    );
    expect(panel).toHaveTextContent(/Its memory is not divided/);
    expect(panel).not.toHaveTextContent(/Postgres/);

    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'carts',
    );
    await userEvent.click(
      screen.getByRole('button', { name: 'Order database' }),
    );
    await waitFor(() =>
      expect(
        service.seen.find(({ method }) => method === 'POST'),
      ).toMatchObject({
        body: { engine: 'redis', version: '7.0', name: 'carts' },
      }),
    );
  });

  it('says that nobody provides the engine in an environment', async () => {
    renderDatabases(<OrderPage />, { at: '/?engine=redis' });
    await userEvent.click(
      await screen.findByRole('radio', { name: 'Staging' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'No provider of Redis serves this environment. Choose another one, or another engine.',
    );
    expect(
      screen.getByText('Nobody provides this engine in this environment.'),
    ).toBeVisible();
    expect(chosen()).toEqual(['redis']);
  });

  it('does not ask where there is one engine only', async () => {
    service.answers({ 'GET /options': () => options });
    renderDatabases(<OrderPage />);
    await chooseDevelopment();
    expect(
      screen.queryByRole('radiogroup', { name: /Engine/ }),
    ).not.toBeInTheDocument();
  });

  it('takes up a form that a version without the question stored', async () => {
    sessionStorage.setItem(
      'slipway.databases.order',
      JSON.stringify({
        draft: {
          name: 'orders-db',
          environment: 'staging',
          size: 'small',
          owner: 'group:default/team-orders',
          description: '',
        },
      }),
    );
    renderDatabases(<OrderPage />);
    expect(await screen.findByRole('textbox', { name: /^Name/ })).toHaveValue(
      'orders-db',
    );
    expect(chosen()).toEqual(['postgres']);
  });
});
