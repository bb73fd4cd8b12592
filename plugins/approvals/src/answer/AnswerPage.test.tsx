import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { approval, id } from '../__testUtils__/fixtures';
import {
  refuse,
  renderApprovals,
  setupService,
} from '../__testUtils__/renderApprovals';

const TOKEN = 'T'.repeat(43);

describe('the page that a link in a mail leads to', () => {
  const service = setupService();

  it('shows the request, and answers when one confirms', async () => {
    service.answers({
      'POST /answer-links/open': () => ({ approval, answer: 'reject' }),
      'POST /answer-links/use': () => ({ ...approval, state: 'rejected' }),
      [`GET /approvals/${id}`]: () => ({ ...approval, state: 'rejected' }),
      [`GET /approvals/${id}/events`]: () => ({ items: [] }),
    });
    renderApprovals(`/answer#${TOKEN}`);
    expect(
      await screen.findByRole('heading', { name: /^Reject: Order orders-db/ }),
    ).toBeInTheDocument();
    expect(screen.getByText('large')).toBeInTheDocument();
    // Opening it changed nothing.
    expect(service.seen.map(({ path }) => path)).toEqual([
      '/answer-links/open',
    ]);
    await userEvent.type(screen.getByLabelText(/Reason/), 'Too big');
    await userEvent.click(screen.getByRole('button', { name: 'Reject' }));
    await waitFor(() =>
      expect(screen.getByLabelText('address')).toHaveTextContent(
        `/approvals/${id}`,
      ),
    );
    expect(service.seen[1]).toMatchObject({
      path: '/answer-links/use',
      body: { token: TOKEN, reason: 'Too big' },
    });
    // The secret was never in an address that a server sees.
    expect(
      service.seen.some(({ path, query }) =>
        JSON.stringify([path, query]).includes(TOKEN),
      ),
    ).toBe(false);
  });

  it('says as whose deputy one answers', async () => {
    service.answers({
      'POST /answer-links/open': () => ({
        approval: {
          ...approval,
          me: { ...approval.me, voteAs: ['user:default/ines'] },
        },
        answer: 'approve',
        onBehalfOf: 'user:default/ines',
      }),
    });
    renderApprovals(`/answer#${TOKEN}`);
    expect(await screen.findByText(/You answer as deputy of/)).toContainElement(
      screen.getByTitle('user:default/ines'),
    );
    expect(screen.getByRole('button', { name: 'Approve' })).toBeEnabled();
  });

  it('says why a link cannot be used, and leads on', async () => {
    service.answers({
      'POST /answer-links/open': () =>
        refuse(403, 'NotAllowedError', 'This link was made for somebody else.'),
    });
    renderApprovals(`/answer#${TOKEN}`);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /cannot be used.*made for somebody else/,
    );
    expect(screen.getByRole('link', { name: 'All approvals' })).toHaveAttribute(
      'href',
      '/approvals',
    );
  });
});
