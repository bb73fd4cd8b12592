import { act, render, screen } from '@testing-library/react';
import { PageSkeleton } from './PageSkeleton';

describe('PageSkeleton', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('shows nothing for 150 ms, then the shape of what comes', () => {
    render(<PageSkeleton label="databases" rows={3} />);
    const status = screen.getByRole('status', { name: 'Loading databases' });
    expect(status).toBeEmptyDOMElement();

    act(() => jest.advanceTimersByTime(149));
    expect(status).toBeEmptyDOMElement();
    act(() => jest.advanceTimersByTime(1));
    expect(status.children).toHaveLength(3);
  });
});
