import {
  DatabaseTarget,
  ReadContext,
  RetryableError,
  StaleFenceError,
  TerminalError,
  WriteContext,
} from '@slipway/plugin-databases-node';
import type { DatabaseRecord, Labels, StoredRecord } from './records';
import { TeamApi } from './TeamApi';

const ATTEMPTS = 10;

/**
 * A record that bears our marker for the database that is meant.
 * @internal
 */
export type OwnRecord = DatabaseRecord & { labels: Labels };

/**
 * What every operation works with.
 * @internal
 */
export interface OperationContext {
  api: TeamApi;
  title: string;
}

/**
 * The one way in which anything is changed: read, see that it is ours and that nobody newer was here, alter, and write it
 * unless somebody has written meanwhile; then it begins anew. That makes the fence a hard one: the API compares what was
 * read and writes in one step. An engine without such a step needs a lock instead.
 *
 * @param alter - gets a copy of the record, changes it, and throws when it may not be; not called when there is none
 * @param options - `make`: the record to begin with, where there may be none
 * @internal
 */
export async function change(
  { api, title }: OperationContext,
  target: DatabaseTarget,
  context: WriteContext,
  alter: (record: OwnRecord) => void,
  options: { make?: () => Omit<Labels, 'managedBy' | 'id' | 'fence'> } = {},
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const found = await api.read(target.externalName, context);
    if (found) {
      assertOurs(found, target);
      if (BigInt(found.labels.fence) > context.fence) {
        throw new StaleFenceError(
          `A newer worker has changed "${target.externalName}" on ${title}`,
        );
      }
    }
    const isThere = found && !found.dropped;
    if (!isThere && !options.make) {
      throw new TerminalError(
        `"${target.externalName}" is not on ${title} any more`,
      );
    }
    const record: OwnRecord = {
      ...(isThere
        ? structuredClone({
            connectionLimit: found.connectionLimit,
            logins: found.logins,
          })
        : { logins: {} }),
      labels: {
        ...(isThere ? found.labels : options.make!()),
        managedBy: 'slipway',
        id: target.id,
        fence: `${context.fence}`,
      },
    };
    alter(record);
    if (await api.write(target.externalName, record, found?.etag, context)) {
      return;
    }
  }
  throw new RetryableError(`${title} is busy with the same database`);
}

/**
 * What is there under the name, and is ours.
 *
 * @returns nothing when nothing is there, or no more
 * @throws TerminalError when it is not ours
 * @internal
 */
export async function lookAt(
  { api }: OperationContext,
  target: DatabaseTarget,
  context?: ReadContext,
): Promise<(StoredRecord & OwnRecord) | undefined> {
  const found = await api.read(target.externalName, context);
  if (!found) {
    return undefined;
  }
  assertOurs(found, target);
  return found.dropped ? undefined : found;
}

/** @internal */
export function isOurs(
  record: StoredRecord,
  id: string,
): record is StoredRecord & OwnRecord {
  return record.labels?.managedBy === 'slipway' && record.labels.id === id;
}

function assertOurs(
  record: StoredRecord,
  { id, externalName }: DatabaseTarget,
): asserts record is StoredRecord & OwnRecord {
  if (!isOurs(record, id)) {
    throw new TerminalError(
      `"${externalName}" is there already and is not ours. It was left as it is.`,
    );
  }
}
