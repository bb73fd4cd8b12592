import type { SetsService } from '../SetsService';

/** The digest of each policy in force; nothing when it cannot be known, so that all count as changed. */
export async function currentDigests(
  sets: SetsService,
): Promise<Map<string, string>> {
  const set = await sets.current().catch(() => undefined);
  return new Map(set?.policies.map(each => [each.name, each.digest]));
}
