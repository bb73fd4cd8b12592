import { setTimeout as sleep } from 'node:timers/promises';
import { listRecords } from '../operations/listOwned';
import { RedisServer, Session } from '../RedisServer';
import { registry, write } from '../registry';

const KEYS_AT_ONCE = '500';
/** Between batches, so that others are not held up, in milliseconds. */
const PAUSE_MS = 20;
/** A script takes only so many arguments. */
const FIELDS_AT_ONCE = 1_000;

/**
 * Measures the memory that each database takes: Redis counts none by user, so
 * that all keys are looked at once in a while. Large values are estimated from
 * samples.
 * @internal
 */
export async function measureUsage(
  server: RedisServer,
  signal: AbortSignal,
): Promise<void> {
  const bytes = new Map<string, number>();
  let from = '0';
  do {
    const cursor = from;
    from = await server.use(session => addBatch(session, cursor, bytes), {
      signal,
    });
    await sleep(PAUSE_MS, undefined, { signal });
  } while (from !== '0');
  await server.use(session => remember(session, bytes), { signal });
}

/** @returns the cursor of the next batch */
async function addBatch(
  session: Session,
  cursor: string,
  bytes: Map<string, number>,
): Promise<string> {
  const reply = await session.call('SCAN', cursor, 'COUNT', KEYS_AT_ONCE);
  const [next, keys] = reply as [string, string[]];
  const sizes = await session.callAll(
    keys.map(key => ['MEMORY', 'USAGE', key] as const),
  );
  keys.forEach((key, index) => {
    const [database] = key.split(':', 1);
    const size = sizes[index];
    // One that is gone meanwhile has none.
    bytes.set(
      database,
      (bytes.get(database) ?? 0) + (typeof size === 'number' ? size : 0),
    );
  });
  return next;
}

async function remember(
  session: Session,
  bytes: Map<string, number>,
): Promise<void> {
  const records = [...(await listRecords(session))];
  const commands = [];
  for (let at = 0; at < records.length; at += FIELDS_AT_ONCE) {
    const fields = records
      .slice(at, at + FIELDS_AT_ONCE)
      .flatMap(([id, { externalName }]) => [
        id,
        `${bytes.get(externalName) ?? 0}`,
      ]);
    commands.push(write('HSET', registry.usage, ...fields));
  }
  // Together, so that those that are gone meanwhile are left out.
  await session.transaction([['DEL', registry.usage], ...commands]);
}
