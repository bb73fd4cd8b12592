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
  const ofTrail = statements.filter(each => each.trail === gone.trail);
  const about = ofTrail.filter(
    each => each.seq === gone.seq && each.hash === gone.hash,
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
  const unsaid = findUnsaid(ofTrail, drop);
  if (unsaid !== undefined) {
    return {
      problem: `${gap}: those from ${drop.firstSeq} on were dropped at ${drop.at}, but nothing that was published says that those before ${unsaid} were`,
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
  // What a head or a closing does not know was stored after it.
  const before = ofTrail.find(
    each => each.kind !== 'drop' && each.seq < drop.seq && !isKept(each.at),
  );
  if (before) {
    return {
      problem: `${gap}: at ${before.at} the newest entry was ${before.seq}, and those up to ${drop.seq}, which are kept for at least ${days} days, were dropped at ${drop.at}`,
    };
  }
  return { drop };
}

/** The first of the dropped entries before which nothing says what became of those before; nothing when all is said. */
function findUnsaid(
  statements: SignedStatement[],
  { firstSeq }: DropStatement,
): number | undefined {
  const before = statements.find(
    (each): each is DropStatement =>
      each.kind === 'drop' &&
      each.seq === firstSeq - 1 &&
      // So that this ends.
      each.firstSeq < firstSeq,
  );
  if (firstSeq === 1 || !before) {
    return firstSeq === 1 ? undefined : firstSeq;
  }
  return findUnsaid(statements, before);
}
