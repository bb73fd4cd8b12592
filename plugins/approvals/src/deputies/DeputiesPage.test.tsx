import { getLocalTimeZone, today } from '@internationalized/date';
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
  const field = () =>
    screen.findByRole('searchbox', { name: 'Who votes for you' });
  const choose = async (part: string, name: string) => {
    await userEvent.type(await field(), part);
    await userEvent.click(await screen.findByRole('button', { name }));
  };
  const appoint = () =>
    userEvent.click(screen.getByRole('button', { name: 'Name deputy' }));

  it('names a person for whole days, and ends it', async () => {
    let items: object[] = [];
    service.answers({
      'GET /deputies': () => ({ items, totalItems: items.length }),
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
    await choose('mor', 'Ines Moreau');
    const [, lastYear] = screen.getAllByRole('spinbutton', { name: /^year/ });
    await userEvent.click(lastYear);
    await userEvent.keyboard('{ArrowUp}');
    await appoint();
    const end = await screen.findByRole('button', { name: /^End now/ });
    const zone = getLocalTimeZone();
    const last = today(zone).add({ years: 1 });
    expect(service.changes()[0].body).toEqual({
      deputy: 'user:default/ines',
      from: today(zone).toDate(zone).toISOString(),
      until: last.add({ days: 1 }).toDate(zone).toISOString(),
    });
    expect(screen.queryByText(/^Chosen:/)).toBeNull();
    await userEvent.click(end);
    await waitFor(() =>
      expect(screen.queryByRole('button', { name: /^End now/ })).toBeNull(),
    );
  });

  it('says why somebody cannot be a deputy, and keeps what was chosen', async () => {
    service.answers({
      'GET /deputies': () => ({ items: [], totalItems: 0 }),
      'POST /deputies': () =>
        refuse(400, 'InputError', 'until is not within 92 days after from.'),
    });
    renderApprovals('/deputies');
    await choose('mor', 'Ines Moreau');
    await appoint();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /not within 92 days/,
    );
    expect(screen.getByText(/^Chosen:/)).toHaveTextContent('ines');
  });

  it('says what is missing, and asks nobody', async () => {
    service.answers({ 'GET /deputies': () => ({ items: [], totalItems: 0 }) });
    renderApprovals('/deputies');
    await field();
    await appoint();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /Choose the person who votes for you/,
    );
    expect(service.changes()).toEqual([]);
  });

  it('offers everybody but oneself', async () => {
    service.answers({ 'GET /deputies': () => ({ items: [], totalItems: 0 }) });
    renderApprovals('/deputies');
    // Both Nora Lind, who is signed in, and Ines Moreau have it.
    await userEvent.type(await field(), 'n');
    const found = await screen.findByRole('group', { name: 'Found' });
    expect(found).toHaveTextContent(/^Ines Moreau$/);
  });
});
