/** @public */
export interface TrendPoint {
  /** A day such as 2026-01-31. */
  date: string;
  /** Absent when nothing was measured that day. */
  value?: number;
}

/** The lines between days that have values, as points of SVG; a lonely day is a short dash. */
export function segmentsOf(
  points: readonly TrendPoint[],
  shape: { width: number; height: number; max: number },
): string[] {
  const { width, height, max } = shape;
  const step = points.length > 1 ? width / (points.length - 1) : width;
  const segments: string[][] = [[]];
  points.forEach(({ value }, day) => {
    if (value === undefined) {
      segments.push([]);
      return;
    }
    const y = height - (Math.min(Math.max(value, 0), max) / max) * height;
    segments[segments.length - 1].push(`${round(day * step)},${round(y)}`);
  });
  return segments
    .filter(segment => segment.length > 0)
    .map(segment => {
      if (segment.length > 1) {
        return segment.join(' ');
      }
      const [x, y] = segment[0].split(',').map(Number);
      return `${Math.max(0, x - 3)},${y} ${Math.min(width, x + 3)},${y}`;
    });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
