import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { violation, waiver } from '../__testUtils__/fixtures';
import {
  refuse,
  renderPolicies,
  setupService,
} from '../__testUtils__/renderPolicies';

describe('the page of a violation', () => {
  const service = setupService();
  const is = (change: object) =>
    service.answers({
      [`GET /violations/${violation.id}`]: () => ({ ...violation, ...change }),
    });
  beforeEach(() => is({}));
  const at = `/violations/${violation.id}`;

  it('says the rule, the field, why, and how to comply', async () => {
    renderPolicies(at);
    await screen.findByRole('heading', { name: 'How to comply' });
    const main = screen.getByRole('main');
    expect(main).toHaveTextContent(violation.message);
    expect(main).toHaveTextContent(violation.reason);
    expect(main).toHaveTextContent(violation.comply);
    expect(main).toHaveTextContent('metadata.labels.slipway.dev/tier');
    expect(screen.getByRole('link', { name: 'Open orders' })).toHaveAttribute(
      'href',
      '/catalog/default/component/orders',
    );
  });

  it('asks for a waiver for exactly this', async () => {
    service.answers({
      'POST /waivers': () => ({ ...waiver, state: 'requested' }),
    });
    renderPolicies(at);
    await userEvent.click(
      await screen.findByRole('button', { name: /^Ask for a waiver/ }),
    );
    const dialog = await screen.findByRole('dialog');
    const ask = within(dialog).getByRole('button', {
      name: 'Ask for the waiver',
    });
    await userEvent.click(ask);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      /^Reason is empty/,
    );
    expect(service.seen('POST /waivers')).toEqual([]);

    await userEvent.type(
      within(dialog).getByLabelText(/Why the rule cannot be kept/),
      'It is taken down in May.',
    );
    await userEvent.click(ask);
    expect(
      await within(dialog).findByRole('link', { name: 'Open the waiver' }),
    ).toHaveAttribute('href', `/compliance/waivers/${waiver.id}`);
    const [sent] = service.seen('POST /waivers');
    expect(sent.key).toMatch(/^[0-9a-f-]{36}$/);
    expect(sent.body).toEqual({
      policy: 'required-labels',
      field: 'metadata.labels.slipway.dev/tier',
      scope: { kind: 'Component', entityRef: 'component:default/orders' },
      owner: 'group:default/team-orders',
      reason: 'It is taken down in May.',
      expiresAt: expect.stringMatching(/Z$/),
    });
    const { expiresAt } = sent.body as { expiresAt: string };
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(29 * 86_400_000);
  });

  it('keeps what was typed when it is refused, and asks once', async () => {
    service.answers({
      'POST /waivers': () =>
        refuse(400, 'InputError', 'expiresAt is more than 10 days away.'),
    });
    renderPolicies(at);
    await userEvent.click(
      await screen.findByRole('button', { name: /^Ask for a waiver/ }),
    );
    const dialog = await screen.findByRole('dialog');
    const reason = within(dialog).getByLabelText(/Why the rule/);
    await userEvent.type(reason, 'Later');
    const ask = within(dialog).getByRole('button', {
      name: 'Ask for the waiver',
    });
    await userEvent.click(ask);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      /more than 10 days away/,
    );
    expect(reason).toHaveValue('Later');
    await userEvent.click(ask);
    await waitFor(() => expect(service.seen('POST /waivers')).toHaveLength(2));
    const [first, second] = service.seen('POST /waivers');
    expect(second.key).toBe(first.key);
  });

  it('says to others who can ask', async () => {
    renderPolicies(at, { groups: ['group:default/team-basket'] });
    await screen.findByText(/Only members of team-orders ask for one/);
    expect(
      screen.getByRole('button', { name: /^Ask for a waiver/ }),
    ).toBeDisabled();
  });

  it('shows the waiver that covers it in place of asking for one', async () => {
    const { id, reason, owner, expiresAt } = waiver;
    is({ waivedBy: { id, reason, owner, expiresAt } });
    renderPolicies(at);
    const tile = await screen.findByRole('region', {
      name: 'A waiver covers it',
    });
    expect(tile).toHaveTextContent('The archive keeps them.');
    expect(screen.getByText('Waived')).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /^Ask for a waiver/ }),
    ).toBeNull();
  });

  it('says when there is none any more', async () => {
    service.answers({
      [`GET /violations/${violation.id}`]: () =>
        refuse(404, 'NotFoundError', 'It complies since today.'),
    });
    renderPolicies(at);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /complies since today/,
    );
    expect(
      screen.getByRole('link', { name: 'All violations' }),
    ).toHaveAttribute('href', '/compliance');
  });
});
