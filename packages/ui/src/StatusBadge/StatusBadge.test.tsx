import { render, screen } from '@testing-library/react';
import { StatusBadge } from './StatusBadge';

describe('StatusBadge', () => {
  it.each([
    ['ready', 'Ready', 'positive'],
    ['awaiting-approval', 'Awaiting approval', 'waiting'],
    ['restoring', 'Restoring', 'progress'],
    ['uncertain', 'Uncertain', 'attention'],
    ['failed', 'Failed', 'negative'],
    ['something-new', 'Something new', 'neutral'],
  ])('shows %s as the word "%s"', (status, word, tone) => {
    render(<StatusBadge status={status} />);
    const badge = screen.getByText(word);
    expect(badge).toHaveAttribute('data-tone', tone);
    expect(badge.querySelector('svg')).toHaveAttribute('aria-hidden');
  });

  it('takes words of its own', () => {
    render(
      <StatusBadge status="drifted" label="2 differences" tone="negative" />,
    );
    expect(screen.getByText('2 differences')).toHaveAttribute(
      'data-tone',
      'negative',
    );
  });
});
