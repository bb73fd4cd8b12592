import { render, screen } from '@testing-library/react';
import { Timeline } from './Timeline';

describe('Timeline', () => {
  it('says what happened, who did it and when', () => {
    const at = new Date(Date.now() - 120_000).toISOString();
    render(
      <Timeline
        label="orders-db"
        events={[
          { id: '2', at, title: 'Ready for use', status: 'ready' },
          { id: '1', at, title: 'Ordered', actor: 'Sam Okafor' },
        ]}
      />,
    );
    expect(
      screen.getAllByRole('listitem').map(item => item.textContent),
    ).toEqual([
      'Ready for useReady2 minutes ago',
      'Ordered2 minutes agoby Sam Okafor',
    ]);
  });
});
