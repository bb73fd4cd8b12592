/** With less than this there is too little to say. */
const POINTS_MIN = 12;
const DAY_MS = 24 * 60 * 60 * 1000;
const SPAN_MIN_MS = DAY_MS;
/** A database that is full in more than ten years is not said to become full. */
const DAYS_MAX = 3650;

/** A size at a moment. */
export interface SizePoint {
  at: Date;
  sizeBytes: number;
}

/** What a history of sizes says. */
export interface Growth {
  bytesPerDay: number;
  /** Absent when it does not clearly grow, or not within ten years. */
  daysToFull?: number;
}

/**
 * How a database grows: the median of the slopes between all pairs of points (Theil–Sen), which a load or a clean-up of a
 * few hours, and up to a quarter of wrong points, do not move. It counts as growing only when three quarters of the pairs
 * say so.
 *
 * @returns `undefined` when the points are too few, or of less than a day
 */
export function fitGrowth(
  points: readonly SizePoint[],
  storageBytes: number,
): Growth | undefined {
  if (points.length < POINTS_MIN) return undefined;
  const times = points.map(({ at }) => at.getTime());
  if (Math.max(...times) - Math.min(...times) < SPAN_MIN_MS) return undefined;
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i += 1) {
    for (let j = i + 1; j < points.length; j += 1) {
      const days = (times[j] - times[i]) / DAY_MS;
      if (days !== 0) {
        slopes.push((points[j].sizeBytes - points[i].sizeBytes) / days);
      }
    }
  }
  slopes.sort((one, other) => one - other);
  const bytesPerDay = slopes[Math.floor(slopes.length / 2)];
  const isGrowing = slopes[Math.floor(slopes.length / 4)] > 0;
  const last = points[points.length - 1].sizeBytes;
  const days = Math.max(0, storageBytes - last) / bytesPerDay;
  return {
    bytesPerDay,
    ...(isGrowing && days <= DAYS_MAX && { daysToFull: days }),
  };
}
