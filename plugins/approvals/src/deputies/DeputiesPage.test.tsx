import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  refuse,
  renderApprovals,
  setupService,
} from '../__testUtils__/renderApprovals';

const deputy = {
  id: 'd1',
  person: 'user:default/nora',
  deputy: 'user:default/ines',
  from: '2026-01-01T00:00:00Z',
  until: '2099-01-01T00:00:00Z',
  createdAt: '2026-01-01T00:00:00Z',
};

describe('the page of deputies', () => {
  const service = setupService();

  it('names a deputy for whole days, and ends it', async () => {
    let items: object[] = [];
    service.answers({
      'GET /deputies': () => ({ items }),
      'POST /deputies': () => {
        items = [deputy];
        return deputy;
      },
      'DELETE /deputies/d1': () => {
        items = [{ ...deputy, endedAt: '2026-01-02T00:00:00Z' }];
        return new Response(null, { status: 204 });
      },
    });
    renderApprovals('/deputies');
    await screen.findByText(/Nobody votes for you/);
    await userEvent.type(screen.getByLabelText(/Who votes for you/), 'ines');
    for (const [label, day] of [
      ['First day', '2098-07-01'],
      ['Last day', '2098-07-14'],
    ]) {
      await userEvent.clear(screen.getByLabelText(label));
      await userEvent.type(screen.getByLabelText(label), day);
    }
    await userEvent.click(screen.getByRole('button', { name: 'Name deputy' }));
    const end = await screen.findByRole('button', { name: /^End now/ });
    expect(service.changes()[0].body).toEqual({
      deputy: 'ines',
      from: new Date('2098-07-01T00:00:00').toISOString(),
      until: new Date('2098-07-15T00:00:00').toISOString(),
    });
    await userEvent.click(end);
    await waitFor(() =>
      expect(screen.queryByRole('button', { name: /^End now/ })).toBeNull(),
    );
  });

  it('says why somebody cannot be a deputy, and keeps what was typed', async () => {
    service.answers({
      'GET /deputies': () => ({ items: [] }),
      'POST /deputies': () =>
        refuse(400, 'InputError', 'deputy x is not in the catalog.'),
    });
    renderApprovals('/deputies');
    const field = await screen.findByLabelText(/Who votes for you/);
    await userEvent.type(field, 'x');
    await userEvent.click(screen.getByRole('button', { name: 'Name deputy' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /not in the catalog/,
    );
    expect(field).toHaveValue('x');
  });
});
