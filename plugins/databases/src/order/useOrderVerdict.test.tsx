import type { PolicyRequest } from '@slipway/plugin-policies-common';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse } from 'msw';
import { options } from '../__testUtils__/fixtures';
import {
  renderDatabases,
  setupService,
} from '../__testUtils__/renderDatabases';
import { OrderPage } from './OrderPage';

const finding = {
  policy: 'cost-limit',
  title: 'Cost of databases',
  digest: 'd',
  mode: 'deny' as const,
  validation: 0,
  field: 'size',
  message: 'In development a database may be small, not medium.',
  reason: 'What is only tried out should not cost much.',
  comply: 'Choose a smaller size.',
  failed: false,
};

describe('what the policies say of an order', () => {
  const service = setupService();
  const order = () =>
    userEvent.click(screen.getByRole('button', { name: 'Order database' }));
  const judge = async ({ object }: PolicyRequest) => {
    const isRefused = object.size === 'medium';
    const findings = isRefused ? [finding] : [];
    return { allowed: !isRefused, findings, digest: 'd' };
  };

  beforeEach(() => {
    service.answers({
      'GET /quota': () => ({}),
      'GET /options': () => options,
      'POST /databases': () =>
        HttpResponse.json(
          {
            error: { name: 'NotAllowedError', message: 'Refused' },
            response: { statusCode: 403 },
            findings: [finding],
          },
          { status: 403 },
        ),
    });
  });

  it('says what the policies say as one types, and shows their refusal in the same way', async () => {
    const asked: PolicyRequest[] = [];
    const evaluate = async (request: PolicyRequest) => {
      asked.push(request);
      return judge(request);
    };
    renderDatabases(<OrderPage />, { policies: { evaluate } });
    await userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'orders-db',
    );
    const panel = screen.getByRole('region', { name: 'What you will get' });
    await within(panel).findByText('All policies allow this');
    // It asks while one types, too.
    await waitFor(() =>
      expect(asked.at(-1)).toEqual({
        kind: 'DatabaseRequest',
        operation: 'create',
        source: 'form',
        object: {
          name: 'orders-db',
          engine: 'postgres',
          version: '18',
          size: 'small',
          environment: 'development',
          owner: 'group:default/team-orders',
          pricePerMonth: { amount: 12, currency: 'EUR' },
        },
      }),
    );

    await userEvent.click(screen.getByRole('radio', { name: /^medium/ }));
    await within(panel).findByText('One rule does not allow this');
    // Beside the field, and in full in the panel.
    expect(screen.getAllByText(finding.message)).toHaveLength(2);
    const fix = await within(panel).findByRole('button', {
      name: 'Set size to small',
    });

    await order();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /The order was not taken.*Policies do not allow it.*said under Policies/,
    );
    // Not once more.
    expect(screen.getAllByText(finding.message)).toHaveLength(2);
    await userEvent.click(fix);
    expect(screen.getByRole('radio', { name: /^small/ })).toBeChecked();
    // What was refused was another order.
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('is said in full where the form could not know it', async () => {
    renderDatabases(<OrderPage />, {
      policies: {
        evaluate: async () => ({ allowed: true, findings: [], digest: 'old' }),
      },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'For development' }),
    );
    await userEvent.type(
      screen.getByRole('textbox', { name: /^Name/ }),
      'orders-db',
    );
    await screen.findByText('All policies allow this');
    await order();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      /Below is which/,
    );
    expect(screen.getByText(finding.message)).toBeInTheDocument();
    expect(
      screen.getByText(`How to comply: ${finding.comply}`),
    ).toBeInTheDocument();
  });
});
