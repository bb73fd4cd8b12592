import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen, waitFor } from '@testing-library/react';
import { policies, violation, waiver } from '../__testUtils__/fixtures';
import { renderPolicies, setupService } from '../__testUtils__/renderPolicies';
import { ComplianceCard } from './ComplianceCard';

describe('the card of an entity', () => {
  const service = setupService();
  const render = (kind = 'Component') =>
    renderPolicies('/', {
      element: (
        <EntityProvider
          entity={{
            apiVersion: 'backstage.io/v1alpha1',
            kind,
            metadata: { name: 'orders', namespace: 'default' },
          }}
        >
          <ComplianceCard />
        </EntityProvider>
      ),
    });
  const found = (
    items: object[],
    totalItems = items.length,
    lookedAt: string | undefined = '2026-11-29T10:00:00.000Z',
  ) =>
    service.answers({
      'GET /violations': () => ({
        items,
        totalItems,
        ...(lookedAt && { lookedAt }),
      }),
      'GET /policies': () => ({ items: policies, digest: 'd' }),
    });

  it('lists what it violates, and marks what is waived', async () => {
    const { id, reason, owner, expiresAt } = waiver;
    found([
      violation,
      {
        ...violation,
        id: '2',
        title: 'Names',
        waivedBy: { id, reason, owner, expiresAt },
      },
    ]);
    render();
    const items = await screen.findAllByRole('listitem');
    expect(items.map(item => item.textContent)).toEqual([
      expect.stringMatching(/^WarningLabels of what is in production/),
      expect.stringMatching(/^WaivedNames/),
    ]);
    expect(service.seen('GET /violations')[0].query.get('entityRef')).toBe(
      'component:default/orders',
    );
    expect(
      screen.getByRole('link', { name: 'Open in Compliance' }),
    ).toHaveAttribute(
      'href',
      '/compliance?entityRef=component%3Adefault%2Forders&waived=all',
    );
    expect(service.seen('GET /policies')).toEqual([]);
  });

  it('says how many there are, waived or not, and opens to all of them', async () => {
    found([violation], 7);
    render();
    expect(
      await screen.findByRole('link', { name: 'Show all 7' }),
    ).toHaveAttribute(
      'href',
      '/compliance?entityRef=component%3Adefault%2Forders&waived=all',
    );
    // Counted with what the link lists: that page leaves `waived` out for all.
    const { query } = service.seen('GET /violations')[0];
    expect([query.get('entityRef'), query.get('waived')]).toEqual([
      'component:default/orders',
      null,
    ]);
  });

  it('says that it complies with what is about it', async () => {
    found([]);
    render();
    expect(
      await screen.findByText('Complies with the policy about it'),
    ).toBeInTheDocument();
  });

  it('says that nobody has looked at it, and not that it complies', async () => {
    found([], 0, '');
    render();
    expect(await screen.findByText('Not looked at yet')).toBeInTheDocument();
    expect(screen.queryByText(/Complies/)).toBeNull();
  });

  it('shows nothing where no policy is about it', async () => {
    found([]);
    render('Domain');
    await waitFor(() => expect(service.seen('GET /policies')).toHaveLength(1));
    await waitFor(() =>
      expect(screen.queryByRole('heading', { name: 'Compliance' })).toBeNull(),
    );
  });
});
