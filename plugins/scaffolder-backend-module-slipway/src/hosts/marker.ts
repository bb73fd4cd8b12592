import type { FoundRepository } from './RepositoryHost';

/**
 * What proves that a repository is the one that a task made: it is written
 * with the description, in the same call that creates the repository.
 */
export function marker(thingId: string): string {
  return `(slipway:${thingId})`;
}

/** A description for people, with the marker behind it. */
export function describeWithMarker(
  description: string,
  thingId: string,
): string {
  return `${description} ${marker(thingId)}`;
}

/** Whether a repository carries the marker. */
export function carriesMarker(
  repository: FoundRepository,
  thingId: string,
): boolean {
  return repository.description.includes(marker(thingId));
}
