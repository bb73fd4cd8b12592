import { render, screen, within } from '@testing-library/react';
import { type Step, StepList } from './StepList';

const steps: Step[] = [
  {
    id: 'role',
    title: 'Create the roles',
    state: 'succeeded',
    startedAt: '2026-01-05T10:00:00.000Z',
    endedAt: '2026-01-05T10:00:04.000Z',
    detail: 'Three roles',
  },
  { id: 'db', title: 'Create the database', state: 'running' },
  { id: 'verify', title: 'Verify isolation', state: 'waiting' },
];

describe('StepList', () => {
  it('shows all steps at once, with state and time', () => {
    render(<StepList label="Provisioning" steps={steps} />);

    const items = within(
      screen.getByRole('list', { name: 'Provisioning' }),
    ).getAllByRole('listitem');
    expect(items.map(item => item.textContent)).toEqual([
      'Create the rolesDone4 sThree roles',
      'Create the databaseRunning',
      'Verify isolationTo come',
    ]);
    expect(items[1]).toHaveAttribute('aria-current', 'step');
  });

  it('says below a step why it waits', () => {
    render(
      <StepList
        label="Provisioning"
        steps={[steps[1], { ...steps[2], note: 'Held up by an upgrade' }]}
      />,
    );
    const [, waiting] = screen.getAllByRole('listitem');
    expect(within(waiting).getByText('Held up by an upgrade')).toBeVisible();
  });

  it('opens a step that fails while one watches, and leaves the others closed', () => {
    const { rerender } = render(
      <StepList label="Provisioning" steps={steps} />,
    );
    const running: Step = { ...steps[1], detail: 'The server is full' };
    rerender(
      <StepList label="Provisioning" steps={[steps[0], running, steps[2]]} />,
    );
    const detailsOf = (text: string) =>
      screen.getByText(text).closest('details');
    expect(detailsOf('The server is full')).not.toHaveAttribute('open');

    rerender(
      <StepList
        label="Provisioning"
        steps={[steps[0], { ...running, state: 'failed' }, steps[2]]}
      />,
    );
    expect(detailsOf('The server is full')).toHaveAttribute('open');
    expect(detailsOf('Three roles')).not.toHaveAttribute('open');
  });
});
