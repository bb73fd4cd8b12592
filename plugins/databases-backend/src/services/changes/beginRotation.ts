import { otherSlot } from '@slipway/plugin-databases-node';
import { type Changing, start } from './changing';

/** Replaces the application's login by the other of the two. */
export async function beginRotation(changing: Changing): Promise<string> {
  const { record, last } = changing;
  // A rotation that failed may have sealed a revision with a key that is lost by now.
  const used = Math.max(
    record.workload_revision,
    Number(last?.input.revision ?? 0),
  );
  return start(changing, 'rotate', {
    slot: otherSlot(record.workload_slot ?? 'b'),
    revision: used + 1,
  });
}
