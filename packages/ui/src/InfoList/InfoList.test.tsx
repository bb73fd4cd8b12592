import { render, screen } from '@testing-library/react';
import { InfoList } from './InfoList';

describe('InfoList', () => {
  it('pairs labels with values and leaves out what is not known', () => {
    render(
      <InfoList
        items={[
          { label: 'Engine', value: 'Postgres 18' },
          { label: 'Expires', value: undefined },
          { label: 'Sessions', value: 0 },
        ]}
      />,
    );
    expect(screen.getAllByRole('term').map(e => e.textContent)).toEqual([
      'Engine',
      'Sessions',
    ]);
    expect(screen.getAllByRole('definition').map(e => e.textContent)).toEqual([
      'Postgres 18',
      '0',
    ]);
  });
});
