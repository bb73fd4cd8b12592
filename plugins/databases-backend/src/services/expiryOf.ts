import { InputError } from '@backstage/errors';
import type { DatabasesConfig } from '../config';
import { formatTime } from './formatTime';

const DAY_MS = 86_400_000;
/** What is ordered for less is over before it is used. */
const SHORTEST_MS = 3_600_000;

/**
 * Until when an order goes in an environment; undefined for ever.
 *
 * @throws InputError when that is too soon or too far away
 */
export function expiryOf(
  config: Pick<DatabasesConfig, 'expiry'>,
  { environment, expiresAt }: { environment: string; expiresAt?: string },
  now = new Date(),
): string | undefined {
  const rule = config.expiry.environments.find(
    each => each.environment === environment,
  );
  if (!expiresAt) {
    const days = rule?.defaultDays ?? rule?.maxDays;
    return days === undefined
      ? undefined
      : new Date(now.getTime() + days * DAY_MS).toISOString();
  }
  const end = new Date(expiresAt);
  if (end.getTime() < now.getTime() + SHORTEST_MS) {
    throw new InputError(
      `expiresAt ${formatTime(end)} is over or less than an hour away. Give a later time.`,
    );
  }
  const last = rule?.maxDays && new Date(now.getTime() + rule.maxDays * DAY_MS);
  // A day is meant to its end.
  if (last && end.getTime() > last.getTime() + DAY_MS) {
    throw new InputError(
      `expiresAt ${formatTime(end)} is more than ${rule.maxDays} days away, the most in ${environment}. Give ${last.toISOString().slice(0, 10)} or an earlier day; it can be extended later.`,
    );
  }
  return end.toISOString();
}
