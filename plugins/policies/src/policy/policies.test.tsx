import { screen, within } from '@testing-library/react';
import { policies, policyDetails, violation } from '../__testUtils__/fixtures';
import { renderPolicies, setupService } from '../__testUtils__/renderPolicies';

describe('the pages of policies', () => {
  const service = setupService();
  beforeEach(() =>
    service.answers({
      'GET /policies': () => ({ items: policies, digest: 'd' }),
      'GET /policies/required-labels': () => policyDetails,
      'GET /violations': () => ({ items: [violation], totalItems: 1 }),
    }),
  );

  it('lists what is in force, and what it is about', async () => {
    renderPolicies('/policies');
    const row = await screen.findByRole('row', { name: /Backups/ });
    expect(row).toHaveTextContent(/Not allowed.*Database in production/);
    expect(within(row).getByRole('link', { name: /Backups/ })).toHaveAttribute(
      'href',
      '/compliance/policies/backup-retention',
    );
  });

  it('shows one as it is in force, its cases, and what violates it', async () => {
    renderPolicies('/policies/required-labels');
    expect(
      await screen.findByRole('heading', { name: policyDetails.title }),
    ).toBeInTheDocument();
    expect(screen.getByText(/name: required-labels/)).toBeInTheDocument();
    expect(screen.getByRole('region', { name: 'Set to' })).toHaveTextContent(
      '- "1" - "2" - "3"',
    );
    expect(screen.getByRole('link', { name: 'Its cases' })).toHaveAttribute(
      'href',
      'https://git.example.com/acme/policies/required-labels/cases.yaml',
    );
    expect(
      await screen.findByRole('row', { name: /^orders/ }),
    ).toBeInTheDocument();
    expect(service.seen('GET /violations')[0].query.get('policy')).toBe(
      'required-labels',
    );
  });
});
