import { render, screen } from '@testing-library/react';
import { RelativeTime } from './RelativeTime';

describe('RelativeTime', () => {
  it('says how long ago, and when exactly on hover', () => {
    const at = new Date(Date.now() - 2 * 3_600_000);
    render(<RelativeTime at={at.toISOString()} />);

    const time = screen.getByText('2 hours ago');
    expect(time).toHaveAttribute(
      'title',
      expect.stringMatching(/\d{4}, \d{2}:\d{2}:\d{2} \S+/),
    );
    expect(new Date(time.getAttribute('datetime') ?? '')).toEqual(at);
  });

  it('looks ahead', () => {
    render(<RelativeTime at={Date.now() + 5 * 60_000 + 500} />);
    expect(screen.getByText('in 5 minutes')).toBeInTheDocument();
  });

  it.each([
    ['in 8 hours', 8 * 3600 - 1],
    ['in 1 hour', 3600 - 1],
    ['in 1 day', 24 * 3600 - 1],
    ['in 1 hour', 3600 + 29 * 60],
    ['in 2 hours', 3600 + 31 * 60],
    ['30 seconds ago', -30],
    ['1 month ago', -30 * 24 * 3600],
    ['2 years ago', -2 * 365.2425 * 24 * 3600],
  ])('rounds to the nearest: %s', (text, seconds) => {
    jest.useFakeTimers();
    render(<RelativeTime at={Date.now() + seconds * 1000} />);
    expect(screen.getByText(text)).toBeInTheDocument();
    jest.useRealTimers();
  });

  it('does not count seconds', () => {
    render(<RelativeTime at={new Date()} />);
    expect(screen.getByText('just now')).toBeInTheDocument();
  });

  it('says when a time cannot be read', () => {
    render(<RelativeTime at="yesterday-ish" />);
    expect(screen.getByText('Unknown time')).toBeInTheDocument();
  });
});
