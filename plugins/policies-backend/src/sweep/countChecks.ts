import type { PolicySet } from '@slipway/plugin-policies-common';
import type { Checks } from '../database/checks';

/**
 * Counts the checks that a set makes of a thing.
 *
 * @returns takes the names of the policies that apply to it
 */
export function countChecks({
  policies,
}: PolicySet): (asked: readonly string[]) => Checks {
  const validations = new Map(
    policies.map(({ name, document }) => [
      name,
      document.spec.validations.length,
    ]),
  );
  return asked =>
    Object.fromEntries(asked.map(name => [name, validations.get(name) ?? 1]));
}
