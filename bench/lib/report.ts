/** What was measured of one thing on both sides, a value for each round. */
export interface Measurement {
  measure: string;
  unit: string;
  /** Which direction is good: a duration or a size is better when lower, a rate when higher. */
  better: 'lower' | 'higher';
  ours: number[];
  bare: number[];
}

/** A line of the result: medians over the rounds, and whether the target is met. */
export interface Result {
  measure: string;
  unit: string;
  ours: number;
  bare: number;
  /** `ours / bare`, always this way round. */
  ratio: number;
  /** What the ratio must be: `<= x` where lower is better, `>= x` where higher is; or, with its unit, what ours must be. */
  target: string;
  met: boolean;
}

/**
 * Compares both sides.
 *
 * @param noise - the share by which two runs of the same thing differ on one machine, e.g. 0.05. The target is "no worse
 * than bare", and a difference within the noise does not count as worse.
 * @throws when a side has no value: a measurement that did not happen must not look like one that passed.
 */
export function compare(measurement: Measurement, noise: number): Result {
  const { measure, unit, better } = measurement;
  const ours = median(measurement.ours, measure);
  const bare = median(measurement.bare, measure);
  if (bare === 0) {
    throw new Error(`${measure}: the bare side measured 0 ${unit}`);
  }
  const ratio = round(ours / bare);
  const limit = round(better === 'lower' ? 1 + noise : 1 - noise);
  return {
    measure,
    unit,
    ours: round(ours),
    bare: round(bare),
    ratio,
    target: `${better === 'lower' ? '<=' : '>='} ${limit}`,
    met: better === 'lower' ? ratio <= limit : ratio >= limit,
  };
}

/**
 * Compares both sides where ours does more than bare, and is held to a limit instead.
 *
 * @param limit - in the measurement's unit; ours must be below it
 * @throws when a side has no value
 */
export function compareToLimit(
  measurement: Omit<Measurement, 'better'>,
  limit: number,
): Result {
  const result = compare({ ...measurement, better: 'lower' }, 0);
  return {
    ...result,
    target: `< ${limit} ${measurement.unit}`,
    met: result.ours < limit,
  };
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: number[], what: string): number {
  if (values.length === 0 || values.some(value => !Number.isFinite(value))) {
    throw new Error(`${what}: expected numbers, got [${values}]`);
  }
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? sorted[half]
    : (sorted[half - 1] + sorted[half]) / 2;
}

/** The value below which a share of all values lies, e.g. 0.95. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The results as a table for a terminal. */
export function formatTable(results: Result[]): string {
  const rows = [
    ['measure', 'unit', 'ours', 'bare', 'ratio', 'target', 'met'],
    ...results.map(result => [
      result.measure,
      result.unit,
      String(result.ours),
      String(result.bare),
      result.ratio.toFixed(2),
      result.target,
      result.met ? 'yes' : 'NO',
    ]),
  ];
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map(row => row[column].length)),
  );
  return rows
    .map(row =>
      row
        .map((cell, column) =>
          column === 0 || column === 1
            ? cell.padEnd(widths[column])
            : cell.padStart(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three significant digits after the point at most; more would claim a precision that is not there. */
function round(value: number): number {
  return Number(value.toFixed(value >= 100 ? 0 : 3));
}
