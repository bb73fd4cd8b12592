import { screen } from '@testing-library/react';
import { state } from '../__testUtils__/fixtures';
import { renderPolicies } from '../__testUtils__/renderPolicies';
import { StateFacts } from './StateFacts';
import { StateProblems } from './StateProblems';

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
