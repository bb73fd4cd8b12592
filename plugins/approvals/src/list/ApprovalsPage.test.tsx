import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { approval, id } from '../__testUtils__/fixtures';
import {
  refuse,
  renderApprovals,
  setupService,
} from '../__testUtils__/renderApprovals';

describe('the list of approvals', () => {
  const service = setupService();
  beforeEach(() =>
    service.answers({
      'GET /approvals': () => ({ items: [approval], totalItems: 41 }),
    }),
  );

  it('begins with what waits for me', async () => {
    renderApprovals('/');
    expect(
      await screen.findByRole('link', {
        name: 'Order orders-db for production',
      }),
    ).toHaveAttribute('href', `/approvals/${id}`);
    const row = screen.getByRole('row', { name: /orders-db/ });
    expect(row).toHaveTextContent(/Pending.*production.*sam.okafor.*1 of 2/);
    expect(service.seen[0].query).toEqual({
      view: 'to-decide',
      offset: '0',
      limit: '20',
    });
  });

  it('keeps view and page in the address', async () => {
    renderApprovals('/?view=asked');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Decided' }),
    );
    await userEvent.click(await screen.findByRole('button', { name: /next/i }));
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        '/?view=decided&page=2',
      ),
    );
    await waitFor(() =>
      expect(service.seen.map(({ query }) => query)).toEqual([
        { view: 'asked', offset: '0', limit: '20' },
        { view: 'decided', offset: '0', limit: '20' },
        { view: 'decided', offset: '20', limit: '20' },
      ]),
    );
  });

  it('says that nothing waits, and shows news when there are', async () => {
    service.answers({ 'GET /approvals': () => ({ items: [], totalItems: 0 }) });
    const { signal } = renderApprovals('/');
    expect(
      await screen.findByText(/Nothing waits for your decision/),
    ).toBeInTheDocument();
    service.answers({
      'GET /approvals': () => ({ items: [approval], totalItems: 1 }),
    });
    await signal();
    expect(
      await screen.findByRole('row', { name: /orders-db/ }),
    ).toBeInTheDocument();
  });

  it('says what failed and offers again', async () => {
    service.answers({
      'GET /approvals': () => refuse(503, 'ServiceUnavailableError', 'Away'),
    });
    renderApprovals('/');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /could not be loaded.*Away/,
    );
    service.answers({
      'GET /approvals': () => ({ items: [approval], totalItems: 1 }),
    });
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('row', { name: /orders-db/ }),
    ).toBeInTheDocument();
  });
});
