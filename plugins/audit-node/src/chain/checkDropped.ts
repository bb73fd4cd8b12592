import type { DropStatement, SignedStatement } from './statements.ts';

const DAY_MS = 86_400_000;
/** As the database has it, unless its owner has said otherwise. */
const MINIMUM_RETENTION_DAYS = 90;

/**
 * Finds out whether entries that are not there any more were dropped as published, and not before their time.
 *
 * @param statements - those that are believed
 * @param gone - `seq` and `hash`: of the last entry that is gone; `keptForDays`: how long entries must be kept, 90 days if nothing
 *   is said
 * @returns the statement that says so, or what is wrong
 */
export function checkDropped(
  statements: SignedStatement[],
  gone: { trail: string; seq: number; hash: string; keptForDays?: number },
): { drop: DropStatement } | { problem: string } {
  const about = statements.filter(
    each =>
      each.trail === gone.trail &&
      each.seq === gone.seq &&
      each.hash === gone.hash,
  );
  const drop = about.find(each => each.kind === 'drop');
  const closing = about.find(each => each.kind === 'segment');
  const gap = `Entries before ${gone.seq + 1} are missing`;
  if (!drop) {
    return {
      problem: closing
        ? `${gap}: their segment was closed at ${closing.at}, but nothing that was published says that it was dropped`
        : `${gap}: the first that is left is neither the first of the trail, nor the last before the period, and nothing that was published says that those before it were dropped`,
    };
  }
  const days = gone.keptForDays ?? MINIMUM_RETENTION_DAYS;
  const isKept = (since: string) =>
    // A time that cannot be read is none that is long ago.
    Date.parse(drop.at) - Date.parse(since) >= days * DAY_MS;
  if (closing && !isKept(closing.at)) {
    return {
      problem: `${gap}: their segment was closed at ${closing.at} and dropped at ${drop.at}, and is kept for at least ${days} days`,
    };
  }
  if (!isKept(drop.until)) {
    return {
      problem: `${gap}: the last of them was stored at ${drop.until} and dropped at ${drop.at}, and is kept for at least ${days} days`,
    };
  }
  return { drop };
}
