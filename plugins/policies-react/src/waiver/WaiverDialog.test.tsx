import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { finding } from '../__testUtils__/finding';
import { renderWithPolicies } from '../__testUtils__/renderWithPolicies';
import type { PoliciesApi } from '../api/PoliciesApi';
import { AskForWaiver } from './AskForWaiver';

const DAY_MS = 86_400_000;
const subject = {
  kind: 'DatabaseRequest',
  name: 'orders-db',
  owner: 'group:default/team-orders',
  environment: 'development',
};

describe('asking for a waiver', () => {
  const stateWith = (longestDays: number) => async () => ({
    policies: 1,
    problems: [],
    sweeping: false,
    waivers: { longestDays, approvers: 'group:default/platform-team' },
  });
  const open = async (api: Partial<PoliciesApi>) => {
    renderWithPolicies(
      <AskForWaiver finding={finding} subject={subject} />,
      api,
    );
    await userEvent.click(
      await screen.findByRole('button', { name: /^Ask for a waiver/ }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(
      await within(dialog).findByLabelText(/Why the rule/),
      'A load test',
    );
    return dialog;
  };
  const ask = (dialog: HTMLElement) =>
    userEvent.click(
      within(dialog).getByRole('button', { name: 'Ask for the waiver' }),
    );

  it('offers no longer than is configured, and says who decides', async () => {
    const requestWaiver = jest.fn(async () => ({ id: 'w1' }) as never);
    const dialog = await open({ getState: stateWith(14), requestWaiver });
    expect(dialog).toHaveTextContent(/14 days at most/);
    expect(dialog).toHaveTextContent(/platform-team decides about it/);
    const field = within(dialog).getByRole('button', { name: /For how long/ });
    expect(field).toHaveTextContent('14 days');
    await userEvent.click(field);
    expect(
      screen.getAllByRole('option').map(({ textContent }) => textContent),
    ).toEqual(['One day', '7 days', '14 days', 'Until a day that you choose']);
    await userEvent.click(screen.getByRole('option', { name: '7 days' }));
    await ask(dialog);
    await within(dialog).findByText('The waiver is asked for');
    const [[{ expiresAt }]] = requestWaiver.mock.calls as never as [
      [{ expiresAt: string }],
    ];
    const lasts = Date.parse(expiresAt) - Date.now();
    expect(lasts / DAY_MS).toBeCloseTo(7, 1);
  });

  it('asks the same again when the answer was lost', async () => {
    const requestWaiver = jest
      .fn<Promise<never>, unknown[]>()
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockResolvedValue({ id: 'w1' } as never);
    const dialog = await open({ getState: stateWith(90), requestWaiver });
    await ask(dialog);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      /could not be reached/,
    );
    await ask(dialog);
    await within(dialog).findByText('The waiver is asked for');
    const [first, second] = requestWaiver.mock.calls;
    expect(second).toEqual(first);
  });

  it('lets one ask where the limit cannot be known: the service checks it', async () => {
    const dialog = await open({
      getState: async () => {
        throw new Error('No state');
      },
    });
    expect(
      within(dialog).getByRole('button', { name: /For how long/ }),
    ).toHaveTextContent('30 days');
    expect(dialog).not.toHaveTextContent(/at most/);
  });
});
