import { ConflictError, InputError } from '@backstage/errors';
import type { DatabasesConfig } from '../../config';
import type { DatabaseRecord } from '../../database/rows';
import { EXTEND } from '../../operations/extend';
import { approvalRuleFor } from '../approvalRule';
import { expiryOf } from '../expiryOf';
import { formatTime } from '../formatTime';
import { type Changing, start } from './changing';

/**
 * Until when a database would go.
 *
 * @throws InputError when that is no later than now, or more than its environment allows
 */
export function extended(
  config: Pick<DatabasesConfig, 'expiry'>,
  record: Pick<DatabaseRecord, 'name' | 'environment' | 'expires_at'>,
  expiresAt: string,
): string {
  const { name, environment, expires_at: end } = record;
  if (!end) {
    throw new ConflictError(
      `${name} goes on for ever: it has no end to extend.`,
    );
  }
  const later = expiryOf(config, { environment, expiresAt })!;
  if (Date.parse(later) <= end.getTime()) {
    throw new InputError(
      `expiresAt ${formatTime(new Date(later))} is not later than its end, ${formatTime(end)}. Give a later time, or delete it when it is not needed any more.`,
    );
  }
  return later;
}

/** Gives a database a later end. What an order would wait for is refused: a change does not wait. */
export async function beginExtension(
  changing: Changing,
  expiresAt: string,
  config: DatabasesConfig,
): Promise<string> {
  const { record } = changing;
  const later = extended(config, record, expiresAt);
  const { environment } = record;
  const { size } = record.spec;
  if (approvalRuleFor(config, { environment, size })) {
    throw new ConflictError(
      `A ${size} database in ${environment} waits for approval, and an extension does not wait. Order another one that begins with a backup of this one: that order is approved.`,
    );
  }
  return start(changing, EXTEND, { expiresAt: later });
}

/** What has ended is extended before it is used again; it would be suspended anew otherwise. */
export function assertNotOver({ name, expires_at: end }: DatabaseRecord): void {
  if (end && end.getTime() <= Date.now()) {
    throw new ConflictError(
      `${name} has ended on ${formatTime(end)}. Extend it, then resume it.`,
    );
  }
}
