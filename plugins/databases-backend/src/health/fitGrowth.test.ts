import { fitGrowth } from './fitGrowth';

const GIB = 2 ** 30;
const HOUR_MS = 60 * 60 * 1000;

/** A point every six hours. */
const history = (sizes: number[]) =>
  sizes.map((sizeBytes, index) => ({
    at: new Date(Date.UTC(2026, 0, 1) + index * 6 * HOUR_MS),
    sizeBytes,
  }));
const rising = (count: number, perDay: number, from = GIB) =>
  history(Array.from({ length: count }, (_, i) => from + (i * perDay) / 4));

describe('fitGrowth', () => {
  it('says when it will be full', () => {
    const growth = fitGrowth(rising(21, GIB), 10 * GIB);
    expect(growth?.bytesPerDay).toBeCloseTo(GIB);
    // Of ten, one was there and five came in five days.
    expect(growth?.daysToFull).toBeCloseTo(4);
  });

  it('is not moved by a load that was cleaned up', () => {
    const points = rising(40, GIB / 10);
    for (const at of [10, 11, 12, 13]) points[at].sizeBytes += 50 * GIB;
    expect(fitGrowth(points, 100 * GIB)?.bytesPerDay).toBeCloseTo(GIB / 10, -7);
  });

  it('says nothing of a day, or of few points', () => {
    expect(fitGrowth(rising(4, GIB), 10 * GIB)).toBeUndefined();
    const quick = rising(30, GIB).map(({ sizeBytes }, i) => ({
      at: new Date(i * 60_000),
      sizeBytes,
    }));
    expect(fitGrowth(quick, 10 * GIB)).toBeUndefined();
    expect(fitGrowth([], GIB)).toBeUndefined();
  });

  it('does not see growth in what goes up and down, shrinks, stays, or would take ten years', () => {
    const noise = history(
      Array.from({ length: 40 }, (_, i) => GIB + (i % 2) * 1000),
    );
    for (const points of [
      noise,
      rising(30, -GIB / 100),
      rising(30, 0),
      rising(30, 1000),
    ]) {
      expect(fitGrowth(points, 10 * GIB)).toEqual({
        bytesPerDay: expect.any(Number),
      });
    }
  });

  it('is full already', () => {
    expect(fitGrowth(rising(30, GIB), GIB)?.daysToFull).toBe(0);
  });
});
