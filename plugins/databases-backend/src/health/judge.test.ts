import { judge, type Reading, sentenceOf, type Standings } from './judge';

const thresholds = {
  everyMinutes: 5,
  storage: { warning: 80, critical: 95 },
  connections: 80,
  cacheHit: 90,
  daysToFull: 14,
  idleDays: 14,
  keepDays: 400,
};

/** How a measure stands after each of these looks. */
function levels(measure: keyof Standings, readings: Reading[]) {
  let standings: Standings = {};
  return readings.map(reading => {
    standings = judge(standings, reading, thresholds);
    return standings[measure]?.level;
  });
}

describe('judge', () => {
  it('goes up at a threshold and down beyond a margin', () => {
    const shares = [79, 80, 79, 76, 74.9, 81, 95, 91, 89.9, 70, 96, 60];
    expect(
      levels(
        'storage',
        shares.map(storage => ({ storage })),
      ),
    ).toEqual(
      'ok warning warning warning ok warning critical critical warning ok critical ok'.split(
        ' ',
      ),
    );
  });

  it('waits for several looks where numbers jump', () => {
    const shares = [90, 10, 90, 90, 75, 69, 75, 69, 69];
    expect(
      levels(
        'connections',
        shares.map(connections => ({ connections })),
      ),
    ).toEqual('ok ok ok warning warning warning warning warning ok'.split(' '));
    const ratios = [50, 50, 50, 91, 91, 91, 93, 93, 93];
    expect(
      levels(
        'cache',
        ratios.map(cache => ({ cache })),
      ),
    ).toEqual(
      'ok ok warning warning warning warning warning warning ok'.split(' '),
    );
  });

  it('leaves as it is what is not known', () => {
    expect(
      levels('growth', [
        { daysToFull: 3 },
        {},
        ...[17, 18, 15].map(daysToFull => ({ daysToFull })),
        { daysToFull: Infinity },
      ]),
    ).toEqual('warning warning warning ok ok ok'.split(' '));
  });

  it('says the same as long as the levels are the same', () => {
    const of = (storage: number) =>
      sentenceOf(judge({}, { storage }, thresholds), thresholds);
    expect(of(10)).toBeUndefined();
    expect(of(81)).toBe(of(94));
    expect(of(81)).toMatch(/^More than 80 %/);
    expect(of(96)).toMatch(/^More than 95 %/);
  });
});
