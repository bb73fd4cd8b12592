import { CopyText } from '@slipway/ui';
import { DateTime } from 'luxon';

/** Where in the trail an entry is: its number, and the hash that goes into the next one's. */
export function Place({ entry }: { entry: { seq: string; hash: string } }) {
  const { seq, hash } = entry;
  return (
    <CopyText text={hash} name="hash">
      {`${seq} · ${hash.slice(0, 12)}…`}
    </CopyText>
  );
}

/** When the database has stored an entry, for people. */
export function storedAt(at: string): string {
  return DateTime.fromISO(at).toFormat('d LLLL yyyy, HH:mm:ss.SSS ZZZZ');
}
