import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { waiver } from '../__testUtils__/fixtures';
import {
  refuse,
  renderPolicies,
  setupService,
} from '../__testUtils__/renderPolicies';
import { isAboutToEnd } from './words';

/** As the client writes them. */
const ORDER = ['state', 'mine', 'policy', 'offset', 'limit'];

describe('the list of waivers', () => {
  const service = setupService();

  it('begins with those in force, and keeps the view in the address', async () => {
    service.answers({
      'GET /waivers': ({ query }) => ({
        items: query.get('state') === 'granted' ? [waiver] : [],
        totalItems: query.get('state') === 'granted' ? 1 : 0,
      }),
    });
    renderPolicies('/waivers?policy=backup-retention');
    const row = await screen.findByRole('row', { name: /Backups/ });
    expect(row).toHaveTextContent(
      /Database orders-db in production, field backup.retentionDays.*Granted.*team-orders.*sam/,
    );
    await userEvent.click(screen.getByRole('button', { name: 'Over' }));
    await screen.findByText('No waiver is over yet.');
    await userEvent.click(screen.getByRole('button', { name: 'Mine' }));
    await waitFor(() =>
      expect(service.seen('GET /waivers').at(-1)?.query.toString()).toBe(
        'state=rejected&state=withdrawn&state=ended&state=expired&policy=backup-retention&offset=0&limit=20&mine=true'
          .split('&')
          .sort(
            (a, b) =>
              ORDER.indexOf(a.split('=')[0]) - ORDER.indexOf(b.split('=')[0]),
          )
          .join('&'),
      ),
    );
    expect(screen.getByLabelText('address')).toHaveTextContent(
      '/waivers?policy=backup-retention&view=over&mine=true',
    );
  });
});

describe('the page of a waiver', () => {
  const service = setupService();
  const at = `/waivers/${waiver.id}`;
  const is = (change: Partial<typeof waiver>) =>
    service.answers({
      [`GET /waivers/${waiver.id}`]: () => ({ ...waiver, ...change }),
      [`GET /waivers/${waiver.id}/events`]: () => ({
        items: [
          {
            id: '1',
            type: 'requested',
            message: 'Asked for',
            actor: 'user:default/sam.okafor',
            createdAt: waiver.createdAt,
          },
          {
            id: '2',
            type: 'changed',
            message: String(change.endReason ?? 'Granted'),
            createdAt: waiver.createdAt,
          },
        ],
      }),
    });
  beforeEach(() => is({}));

  it('says what it covers, why, and how it came to that', async () => {
    renderPolicies(at);
    expect(
      await screen.findByRole('heading', {
        name: 'Waiver from: Backups in production',
      }),
    ).toBeInTheDocument();
    expect(screen.getByText('The archive keeps them.')).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'Open the decision' }),
    ).toHaveAttribute('href', `/approvals/${waiver.approvalId}`);
    const events = within(
      screen.getByRole('list', { name: 'Timeline' }),
    ).getAllByRole('listitem');
    expect(events.map(event => event.textContent)).toEqual([
      expect.stringMatching(/^Granted/),
      expect.stringMatching(/^Asked for.*sam/),
    ]);
    expect(
      screen.getByRole('region', { name: 'What it covers' }),
    ).toHaveTextContent(/Granted by.*nora/);
  });

  it('ends it after saying what that means', async () => {
    service.answers({
      [`POST /waivers/${waiver.id}/end`]: () => ({ ...waiver, state: 'ended' }),
    });
    renderPolicies(at);
    await userEvent.click(
      await screen.findByRole('button', { name: 'End now' }),
    );
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent(/The policy applies again at once/);
    await userEvent.type(
      within(dialog).getByLabelText(/Reason/),
      'We comply now',
    );
    is({
      state: 'ended',
      endedAt: new Date().toISOString(),
      endReason: 'Ended by user:default/sam.okafor: We comply now',
      me: { mayWithdraw: false, mayEnd: false },
    });
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'End now' }),
    );
    expect(await screen.findByText(/We comply now/)).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'End now' })).toBeNull();
    expect(service.seen(`POST /waivers/${waiver.id}/end`)[0].body).toEqual({
      reason: 'We comply now',
    });
  });

  it('withdraws a request, and says why it was not', async () => {
    is({
      state: 'requested',
      grantedAt: undefined,
      me: { mayWithdraw: true, mayEnd: false },
    });
    service.answers({
      [`POST /waivers/${waiver.id}/withdraw`]: () =>
        refuse(409, 'ConflictError', 'It was granted meanwhile.'),
    });
    renderPolicies(at);
    await screen.findByText('It covers nothing before it is granted.');
    await userEvent.click(screen.getByRole('button', { name: 'Withdraw' }));
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Withdraw' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      /granted meanwhile/,
    );
  });

  it('says of one that is over that it ended', async () => {
    is({ state: 'expired', expiresAt: new Date(0).toISOString() });
    renderPolicies(at);
    const covers = await screen.findByRole('region', {
      name: 'What it covers',
    });
    expect(within(covers).getByText('Ended')).toBeInTheDocument();
  });

  it('says that the policy has changed since', async () => {
    is({ policyChanged: true });
    renderPolicies(at);
    expect(
      await screen.findByText(/The policy has changed since/),
    ).toBeInTheDocument();
  });
});

it('knows a waiver that ends within a week', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const ends = (expiresAt: string, state: 'granted' | 'ended' = 'granted') =>
    isAboutToEnd({ state, expiresAt }, now);
  expect(ends('2026-01-07T00:00:00Z')).toBe(true);
  expect(ends('2026-01-09T00:00:00Z')).toBe(false);
  expect(ends('2026-01-07T00:00:00Z', 'ended')).toBe(false);
});
