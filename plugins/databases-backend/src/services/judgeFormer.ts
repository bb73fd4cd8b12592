import type { ConsumerRow } from '../database/consumers';
import type { FormerLoginRow } from '../database/formerLogins';
import type { DatabasesConfig } from '../config';
import { formatTime } from './formatTime';

/** What is so of a former login at one moment. */
export interface FormerJudgement {
  moved: number;
  total: number;
  /** Who was seen with the former login and not with the one in use since. */
  waiting: ConsumerRow[];
  /** What is waited for, for people; without names when `isNamed` is not asked for. */
  waitsFor(isNamed: boolean): string[];
  mayBeRetired: boolean;
  /** Whether it is time that its owner hears who has not moved. */
  isOverdue: boolean;
}

const HOUR_MS = 3_600_000;
/** How many clients a sentence names. */
const NAMED = 3;

/**
 * Whether a former login may be turned off: everybody who was seen with it has been seen with the other one, nobody was seen
 * with it for longer than ever before, and it can be given back no more.
 */
export function judgeFormer(
  former: Omit<FormerLoginRow, 'database_id'>,
  options: {
    consumers: ConsumerRow[];
    inUse: { slot: string; revision: number };
    /** By the clock of the portal's database, as all times here. */
    now: Date;
    /** Whether the server tells who uses it. */
    isObserved: boolean;
    config: DatabasesConfig['rotation'];
  },
): FormerJudgement {
  const { now, isObserved, config } = options;
  const since = (at: Date) => now.getTime() - at.getTime();
  const { old, fresh } = split(former, options);
  const longestGapMs =
    1000 * Math.max(0, ...old.map(each => each.longest_gap_seconds));
  const quietMs = Math.max(config.quietHours * HOUR_MS, longestGapMs);
  const hasMoved = (one: ConsumerRow) =>
    fresh.some(
      each =>
        each.application === one.application &&
        (each.address === one.address ||
          // Its address is another one, as of a pod that was replaced, and nobody comes from the old one any more.
          (one.application !== '' && since(one.last_seen_at) > quietMs)),
    );
  const waiting = old.filter(one => !hasMoved(one));
  const isQuiet = since(former.quiet_since) > quietMs;
  const isUndoOver = now > former.undo_until;
  const graceEnds = new Date(
    former.replaced_at.getTime() + config.graceHours * HOUR_MS,
  );
  const total = old.length;
  const moved = total - waiting.length;
  const sentences = (isNamed: boolean) => {
    const parts: string[] = [];
    if (!isUndoOver) {
      parts.push(
        `It can be given back until ${formatTime(former.undo_until)}, and works until then.`,
      );
    }
    if (!isObserved) {
      if (now < graceEnds) {
        parts.push(
          `The server does not tell who uses it: it is turned off at ${formatTime(graceEnds)}.`,
        );
      }
      return parts;
    }
    if (!former.looked_at) parts.push('Nobody has looked yet who uses it.');
    if (waiting.length) {
      parts.push(
        `${moved} of ${total} ${total === 1 ? 'client' : 'clients'} moved${isNamed ? `; ${named(waiting, since)}` : ''}.`,
      );
    }
    if (!isQuiet) {
      parts.push(
        `Nobody may be seen with it for ${duration(quietMs)}; it has been quiet for ${duration(Math.max(0, since(former.quiet_since)))}.`,
      );
    }
    return parts;
  };
  return {
    moved,
    total,
    waiting,
    waitsFor: sentences,
    mayBeRetired:
      isUndoOver &&
      (isObserved
        ? former.looked_at !== null && waiting.length === 0 && isQuiet
        : now >= graceEnds),
    isOverdue:
      isObserved &&
      (waiting.length > 0 || !isQuiet) &&
      since(former.told_at ?? former.replaced_at) >
        config.tellAfterHours * HOUR_MS,
  };
}

/** Who was seen with the former login, and who with the one in use since that was handed over. */
function split(
  former: Omit<FormerLoginRow, 'database_id'>,
  options: {
    consumers: ConsumerRow[];
    inUse: { slot: string; revision: number };
  },
) {
  const { consumers, inUse } = options;
  return {
    old: consumers.filter(
      each => each.slot === former.slot && each.revision === former.revision,
    ),
    fresh: consumers.filter(
      each =>
        each.slot === inUse.slot &&
        each.revision === inUse.revision &&
        each.last_seen_at >= former.replaced_at,
    ),
  };
}

function named(waiting: ConsumerRow[], since: (at: Date) => number): string {
  const some = waiting
    .slice(0, NAMED)
    .map(
      one =>
        `${clientOf(one)} was last seen on the old login ${duration(since(one.last_seen_at))} ago`,
    );
  const more = waiting.length - some.length;
  return [...some, ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

/** One client, as people know it. */
export function clientOf(one: { address: string; application: string }) {
  const parts = [
    one.address || 'a client',
    ...(one.application ? [`app '${one.application}'`] : []),
  ];
  return parts.join(' ');
}

/** Roughly how long, as people say it. */
export function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
