// This file and what it imports also run as plain TypeScript on Node, without a build: auditors use them.
import { createHash } from 'node:crypto';

/**
 * The hash that stands before the first entry of a trail.
 *
 * @param trail - the id of the trail
 * @public
 */
export function genesisHash(trail: string): string {
  return sha256(`slipway-audit:${trail}`);
}

/**
 * The hash over an entry and, by the hash before it, over everything before it. The database works it out in the same way, in
 * `slipway_audit.append`.
 *
 * @param entry - `at`: as it is exported, in UTC with microseconds; `record`: the very text that is stored
 * @public
 */
export function entryHash(
  previousHash: string,
  entry: { seq: number; at: string; record: string },
): string {
  return sha256([previousHash, entry.seq, entry.at, entry.record].join('\n'));
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
