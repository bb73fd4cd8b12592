import { ResponseError } from '@backstage/errors';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { finding, waivedBy, warning } from '../__testUtils__/finding';
import { renderWithPolicies } from '../__testUtils__/renderWithPolicies';
import { PolicyFindings } from './PolicyFindings';
import { RefusalState } from './RefusalState';

const subject = {
  kind: 'DatabaseRequest',
  name: 'orders-db',
  owner: 'group:default/team-orders',
  environment: 'development',
};

describe('PolicyFindings', () => {
  it('says the rule, the field, why, and both ways on; refusals first', async () => {
    const apply = jest.fn();
    renderWithPolicies(
      <PolicyFindings
        findings={[
          warning,
          finding,
          { ...finding, policy: 'noted', mode: 'audit' },
        ]}
        subject={subject}
        fixes={[{ field: 'size', label: 'Set size to medium', apply }]}
      />,
    );
    const list = await screen.findByRole('list', {
      name: 'What policies say',
    });
    const items = within(list).getAllByRole('listitem');
    expect(items).toHaveLength(2);
    expect(items[0]).toHaveTextContent(
      /Not allowedCost of databasesField size.*not large\.Why: What is only.*How to comply: Choose a smaller size/,
    );
    expect(items[1]).toHaveTextContent(/WarningNames/);
    expect(
      within(items[0]).getByRole('link', { name: 'Cost of databases' }),
    ).toHaveAttribute('href', '/compliance/policies/cost-limit');
    await userEvent.click(
      within(items[0]).getByRole('button', { name: 'Set size to medium' }),
    );
    expect(apply).toHaveBeenCalledTimes(1);
    expect(
      within(items[1]).queryByRole('button', { name: 'Set size to medium' }),
    ).toBeNull();
  });

  it('asks for a waiver with the object filled in', async () => {
    const requestWaiver = jest.fn(async () => ({ id: 'w1' }) as never);
    renderWithPolicies(
      <PolicyFindings findings={[finding]} subject={subject} />,
      { requestWaiver },
    );
    await userEvent.click(
      await screen.findByRole('button', { name: /^Ask for a waiver/ }),
    );
    const dialog = await screen.findByRole('dialog');
    await userEvent.click(
      within(dialog).getByRole('radio', { name: /^Each Database of/ }),
    );
    await userEvent.click(
      within(dialog).getByRole('checkbox', { name: /the field size/ }),
    );
    await userEvent.type(
      within(dialog).getByLabelText(/Why the rule/),
      'A load test',
    );
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Ask for the waiver' }),
    );
    await within(dialog).findByText('The waiver is asked for');
    expect(requestWaiver).toHaveBeenCalledWith(
      {
        policy: 'cost-limit',
        scope: {
          kind: 'DatabaseRequest',
          owner: 'group:default/team-orders',
          environment: 'development',
        },
        owner: 'group:default/team-orders',
        reason: 'A load test',
        expiresAt: expect.any(String),
      },
      expect.any(String),
    );
  });

  it('names the waiver that covers it instead', async () => {
    renderWithPolicies(
      <PolicyFindings
        findings={[{ ...finding, waivedBy }]}
        subject={subject}
      />,
    );
    const item = await screen.findByRole('listitem');
    expect(item).toHaveTextContent(/^Waived.*The load test needs it/);
    expect(
      within(item).getByRole('link', { name: /^Open the waiver/ }),
    ).toHaveAttribute('href', `/compliance/waivers/${waivedBy.id}`);
    expect(within(item).queryByRole('button')).toBeNull();
  });

  it('wants a name before a waiver is asked for', async () => {
    renderWithPolicies(
      <PolicyFindings
        findings={[finding]}
        subject={{ kind: 'DatabaseRequest' }}
      />,
    );
    const button = await screen.findByRole('button', {
      name: /^Ask for a waiver/,
    });
    await waitFor(() => expect(button).toBeDisabled());
    expect(button).toHaveAccessibleDescription(/Fill in its name first/);
  });
});

describe('RefusalState', () => {
  const error = (body: object) =>
    ResponseError.fromResponse(
      new Response(JSON.stringify(body), {
        status: 403,
        headers: { 'content-type': 'application/json' },
      }) as Parameters<typeof ResponseError.fromResponse>[0],
    );
  const body = {
    error: { name: 'NotAllowedError', message: 'You may not.' },
    response: { statusCode: 403 },
  };

  it('shows what policies found, or the service’s own words', async () => {
    const { unmount } = renderWithPolicies(
      <RefusalState
        title="The order was not taken"
        error={await error({ ...body, findings: [finding] })}
        subject={subject}
      />,
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /The order was not taken.*Policies do not allow it/,
    );
    expect(screen.getByRole('listitem')).toHaveTextContent(finding.message);
    unmount();

    renderWithPolicies(
      <RefusalState
        title="The order was not taken"
        error={await error(body)}
        subject={subject}
      />,
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(/You may not/);
    expect(screen.queryByRole('listitem')).toBeNull();
  });

  it('does not repeat what the page shows already', async () => {
    renderWithPolicies(
      <RefusalState
        title="The order was not taken"
        error={await error({ ...body, findings: [finding, warning] })}
        shown={[finding]}
      />,
    );
    expect(await screen.findByRole('listitem')).toHaveTextContent(
      warning.message,
    );
  });
});
