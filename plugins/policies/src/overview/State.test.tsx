import { screen } from '@testing-library/react';
import { state } from '../__testUtils__/fixtures';
import { renderPolicies } from '../__testUtils__/renderPolicies';
import { StateFacts } from './StateFacts';
import { StateProblems } from './StateProblems';
import { UnknownOwners } from './UnknownOwners';

describe('the state of the policies', () => {
  it('says to others that administrators check everything', async () => {
    renderPolicies('/', {
      isAllowed: false,
      element: <StateFacts state={state} onChanged={() => {}} />,
    });
    expect(await screen.findByText('For administrators')).toBeInTheDocument();
    expect(
      screen.getByRole('button', { name: 'Check everything now' }),
    ).toHaveAccessibleDescription('For administrators');
  });

  it('names owners that the catalog does not have', async () => {
    const found = {
      ...state,
      lastSweep: {
        ...state.lastSweep!,
        unknownOwners: [{ owner: 'group:default/nobody-at-all', objects: 3 }],
      },
    };
    renderPolicies('/', { element: <UnknownOwners state={found} /> });
    expect(
      await screen.findByText(/^An owner is not in the catalog/),
    ).toBeInTheDocument();
    const link = screen.getByRole('link', {
      name: 'group:default/nobody-at-all',
    });
    expect(link).toHaveAttribute(
      'href',
      '/compliance?owner=group%3Adefault%2Fnobody-at-all',
    );
    expect(link.closest('li')).toHaveTextContent('of 3 things');
  });

  it('says that nothing is allowed while there are none, and why a sweep failed', async () => {
    const none = {
      ...state,
      digest: undefined,
      lastSweep: { ...state.lastSweep!, error: 'The catalog was away.' },
    };
    renderPolicies('/', {
      element: (
        <>
          <StateProblems state={none} />
          <StateFacts state={none} onChanged={() => {}} />
        </>
      ),
    });
    expect(
      await screen.findByText(/No policies could be loaded yet/),
    ).toBeInTheDocument();
    expect(screen.getByText(/The catalog was away/)).toBeInTheDocument();
  });
});
