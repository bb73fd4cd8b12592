import type { ObservedDrift } from '@slipway/plugin-databases-node';

/** What is not as it should be, for people: what should be the same is said once. */
export function driftSentence(drift: readonly ObservedDrift[]): string {
  const found = new Map<string, { drift: ObservedDrift; all: string[] }>();
  for (const each of drift) {
    const key = JSON.stringify([each.what, each.wanted]);
    const same = found.get(key) ?? { drift: each, all: [] };
    same.all.push(each.found);
    found.set(key, same);
  }
  return [...found.values()]
    .map(
      ({ drift: { what, wanted }, all }) =>
        `${what.replaceAll('-', ' ')} (should be: ${wanted}; was: ${all.join('; ')})`,
    )
    .join(', ');
}
