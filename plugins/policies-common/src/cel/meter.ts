/** An evaluation has taken more steps than it may. No expression can go on after it, so that it is no error of CEL. */
export class TooManySteps extends Error {
  override readonly name = 'TooManySteps';
}

let taken = 0;
let most = Infinity;

/**
 * Counts steps that are about to be taken, by the sizes that values really have. All that an evaluation does is counted: this, and not
 * the estimate of `analyse`, bounds what it takes.
 *
 * @throws TooManySteps when there are more than `countSteps` allows
 */
export function charge(steps: number): void {
  taken += steps;
  if (taken > most) {
    throw new TooManySteps(`more than ${most} steps`);
  }
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
  const outer = { taken, most };
  taken = 0;
  most = limit;
  try {
    return { result: action(), steps: taken };
  } catch (error) {
    if (error instanceof TooManySteps) {
      return { result: error, steps: taken };
    }
    throw error;
  } finally {
    taken = outer.taken + taken;
    most = outer.most;
  }
}
