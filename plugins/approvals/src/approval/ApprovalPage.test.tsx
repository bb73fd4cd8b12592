import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { approval, id } from '../__testUtils__/fixtures';
import {
  refuse,
  renderApprovals,
  setupService,
} from '../__testUtils__/renderApprovals';

describe('the page of an approval', () => {
  const service = setupService();
  const is = (change: object) =>
    service.answers({
      [`GET /approvals/${id}`]: () => ({ ...approval, ...change }),
    });

  beforeEach(() => {
    is({});
    service.answers({
      [`GET /approvals/${id}/events`]: () => ({
        items: [
          {
            id: '1',
            type: 'resource.created',
            message: 'Asked for approval',
            actor: 'user:default/sam.okafor',
            createdAt: '2026-01-01T10:00:00Z',
          },
        ],
      }),
      [`PUT /approvals/${id}/vote`]: () => ({ ...approval, state: 'approved' }),
      [`DELETE /approvals/${id}/vote`]: () => approval,
      [`POST /approvals/${id}/withdraw`]: () => approval,
    });
  });
  const button = (name: string) => screen.findByRole('button', { name });

  it('says what is asked, by whom and why, how far it is and who has decided', async () => {
    renderApprovals(`/${id}`);
    expect(
      await screen.findByRole('heading', {
        name: 'Order orders-db for production',
      }),
    ).toBeInTheDocument();
    expect(screen.getByText('Pending')).toBeInTheDocument();
    expect(screen.getByText('The old one is full')).toBeInTheDocument();
    expect(screen.getByText('large')).toBeInTheDocument();
    expect(screen.getByText(/1 of 2 from/)).toHaveTextContent('platform-team');
    expect(screen.getByText('Looks right')).toBeInTheDocument();
    expect(screen.getByText(/as deputy/)).toHaveTextContent('by ines');
    expect(await screen.findByText('Asked for approval')).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open what it is about' }),
    ).toHaveAttribute('href', '/databases/production/orders-db');
  });

  it('shows facts as people say them: names, and how long until', async () => {
    is({
      facts: [
        { label: 'Answers for it', value: 'group:default/team-payments' },
        {
          label: 'Ends',
          value: new Date(Date.now() + 3 * 86_400_000).toISOString(),
        },
        { label: 'Instead of', value: 'What user:default/tom.becker made' },
      ],
    });
    renderApprovals(`/${id}`);
    const what = await screen.findByRole('region', { name: 'What is asked' });
    expect(
      within(what).getByRole('link', { name: 'team-payments' }),
    ).toHaveAttribute('href', '/catalog/default/group/team-payments');
    expect(what).toHaveTextContent(/Endsin 3 days/);
    expect(what).toHaveTextContent(/Instead ofWhat tom.becker made/);
  });

  it('approves after asking once more', async () => {
    renderApprovals(`/${id}`);
    await userEvent.click(await button('Approve'));
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText('large');
    await userEvent.type(within(dialog).getByLabelText(/Reason/), 'Fine');
    is({ state: 'approved', me: { ...approval.me, mayVote: false } });
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Approve' }),
    );
    await waitFor(() =>
      expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull(),
    );
    expect(service.changes()).toMatchObject([
      { method: 'PUT', body: { answer: 'approve', reason: 'Fine' } },
    ]);
  });

  it('keeps what was typed when a vote is refused, and says why', async () => {
    service.answers({
      [`PUT /approvals/${id}/vote`]: () =>
        refuse(409, 'ConflictError', 'The request is withdrawn already'),
    });
    renderApprovals(`/${id}`);
    await userEvent.click(await button('Reject'));
    const dialog = await screen.findByRole('dialog');
    const reason = await within(dialog).findByLabelText(/Reason/);
    await userEvent.type(reason, 'Too big');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Reject' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      /withdrawn already/,
    );
    expect(reason).toHaveValue('Too big');
  });

  it('votes for the person whose deputy one is, and says so', async () => {
    is({ me: { ...approval.me, voteAs: ['user:default/pia'] } });
    renderApprovals(`/${id}`);
    await userEvent.click(await button('Approve'));
    const dialog = await screen.findByRole('dialog');
    expect(
      await within(dialog).findByText(/whose deputy you are/),
    ).toHaveTextContent('You vote for pia');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Approve' }),
    );
    await waitFor(() =>
      expect(service.changes()).toMatchObject([
        { body: { onBehalfOf: 'user:default/pia' } },
      ]),
    );
  });

  it('shows disabled what one may not do, with the reason', async () => {
    const reason = 'Only members of group:default/platform-team decide';
    is({ me: { mayVote: false, reason, voteAs: [], mayWithdraw: false } });
    renderApprovals(`/${id}`);
    for (const name of ['Approve', 'Reject']) {
      expect(await button(name)).toBeDisabled();
      expect(await button(name)).toHaveAccessibleDescription(
        'Only members of platform-team decide',
      );
    }
    expect(screen.queryByRole('button', { name: 'Withdraw' })).toBeNull();
  });

  it('expects nobody any more once it has ended', async () => {
    is({ state: 'expired', votes: [], approvals: [0] });
    renderApprovals(`/${id}`);
    expect(await screen.findByText('Nobody did')).toBeInTheDocument();
    expect(screen.queryByText('Nobody yet')).toBeNull();
  });

  it('offers to take back what one has cast as a deputy while one is one', async () => {
    const votes = [
      {
        ...approval.votes[0],
        person: 'user:default/pia',
        castBy: 'user:default/nora',
      },
    ];
    is({ votes, me: { ...approval.me, voteAs: ['user:default/pia'] } });
    const { signal } = renderApprovals(`/${id}`);
    await userEvent.click(await button('Take my vote back'));
    await waitFor(() =>
      expect(service.changes()).toMatchObject([
        { method: 'DELETE', query: { onBehalfOf: 'user:default/pia' } },
      ]),
    );
    is({ votes, me: { ...approval.me, voteAs: ['user:default/nora'] } });
    await signal();
    await waitFor(() =>
      expect(
        screen.queryByRole('button', { name: 'Take my vote back' }),
      ).toBeNull(),
    );
  });

  it('takes a vote back, and withdraws', async () => {
    is({
      votes: [{ ...approval.votes[0], person: 'user:default/nora' }],
      me: { ...approval.me, mayWithdraw: true },
    });
    renderApprovals(`/${id}`);
    await userEvent.click(await button('Take my vote back'));
    await waitFor(() => expect(service.changes()).toHaveLength(1));
    await userEvent.click(await button('Withdraw'));
    await waitFor(() =>
      expect(service.changes()).toMatchObject([
        { method: 'DELETE', query: {} },
        { method: 'POST' },
      ]),
    );
  });

  it('is live, and leads to what took its place', async () => {
    const { signal } = renderApprovals(`/${id}`);
    await screen.findByText('Pending');
    is({ state: 'superseded', supersededBy: 'abc' });
    await signal();
    expect(
      await screen.findByRole('link', { name: 'Open the newer request' }),
    ).toHaveAttribute('href', '/approvals/abc');
  });

  it('says what failed, and offers again', async () => {
    service.answers({
      [`GET /approvals/${id}`]: () =>
        refuse(404, 'NotFoundError', 'There is no approval'),
    });
    renderApprovals(`/${id}`);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /could not be loaded.*There is no approval/,
    );
    is({});
    await userEvent.click(await button('Try again'));
    expect(await screen.findByText('Pending')).toBeInTheDocument();
  });
});
