import { render, screen, within } from '@testing-library/react';
import { segmentsOf } from './segmentsOf';
import { Trend } from './Trend';

const percent = (value: number) => `${Math.round(value * 100)} %`;

describe('Trend', () => {
  it('says how it began and how it stands, and has the numbers as a table', () => {
    render(
      <Trend
        title="What complies"
        max={1}
        format={percent}
        points={[
          { date: '2026-01-01' },
          { date: '2026-01-02', value: 0.5 },
          { date: '2026-01-03', value: 0.75 },
        ]}
      />,
    );
    expect(
      screen.getByRole('img', {
        name: 'What complies: 50 % on 2026-01-02, 75 % on 2026-01-03',
      }),
    ).toBeInTheDocument();
    const rows = within(screen.getByRole('table', { hidden: true }))
      .getAllByRole('row', { hidden: true })
      .map(row => row.textContent);
    expect(rows).toEqual([
      'DayWhat complies',
      '2026-01-01Not measured',
      '2026-01-0250 %',
      '2026-01-0375 %',
    ]);
  });

  it('says that nothing was measured', () => {
    render(
      <Trend title="What complies" max={1} format={percent} points={[]} />,
    );
    expect(
      screen.getByRole('img', { name: /nothing measured yet/ }),
    ).toBeInTheDocument();
  });

  it('leaves gaps where there is no value, and begins at zero', () => {
    const shape = { width: 40, height: 10, max: 1 };
    const points = [0, 1, undefined, 0.5, 2].map((value, day) => ({
      date: `2026-01-0${day + 1}`,
      value,
    }));
    expect(segmentsOf(points, shape)).toEqual(['0,10 10,0', '30,5 40,0']);
    expect(segmentsOf([{ date: '2026-01-01', value: 1 }], shape)).toEqual([
      '0,0 3,0',
    ]);
  });
});
