import type { ObservedDrift } from '@slipway/plugin-databases-node';

/** What is not as it should be, for people. */
export function driftSentence(drift: readonly ObservedDrift[]): string {
  return drift
    .map(
      ({ what, wanted, found }) =>
        `${what.replaceAll('-', ' ')} (should be: ${wanted}; was: ${found})`,
    )
    .join(', ');
}
