/** An evaluation has taken more steps than it may. No expression can go on after it, so that it is no error of CEL. */
export class TooManySteps extends Error {
  override readonly name = 'TooManySteps';
}

/** The steps that were taken, and the most that may be. In an array, where numbers with a fraction are written without making objects. */
const count = Float64Array.of(0, Infinity);
const TAKEN = 0;
const MOST = 1;

/**
 * Counts steps that are about to be taken, by the sizes that values really have. All that an evaluation does is counted: this, and not
 * the estimate of `analyse`, bounds what it takes.
 *
 * @throws TooManySteps when there are more than `countSteps` allows
 */
export function charge(steps: number): void {
  const taken = count[TAKEN] + steps;
  // Nor is what is no number a way past it.
  if (!(taken <= count[MOST])) {
    // They are not taken: what others may take is not less for them.
    throw new TooManySteps(`more than ${count[MOST]} steps`);
  }
  count[TAKEN] = taken;
}

/** Counts what takes some microseconds for no value at all: an error is made with where it was made. */
export function chargeError(): void {
  charge(15);
}

/**
 * Does something that may take so many steps.
 *
 * @returns the steps that were taken, and what came of it or that they did not suffice
 */
export function countSteps<T>(
  limit: number,
  action: () => T,
): { steps: number; result: T | TooManySteps } {
  const [takenBefore, mostBefore] = count;
  count[TAKEN] = 0;
  count[MOST] = limit;
  try {
    return { result: action(), steps: count[TAKEN] };
  } catch (error) {
    if (error instanceof TooManySteps) {
      return { result: error, steps: count[TAKEN] };
    }
    throw error;
  } finally {
    count[TAKEN] += takenBefore;
    count[MOST] = mostBefore;
  }
}
