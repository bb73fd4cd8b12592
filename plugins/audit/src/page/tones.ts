import type { AuditOutcome } from '@slipway/plugin-audit-common';
import { type StatusTone, toneOfStatus } from '@slipway/ui';

/** How an outcome is to be felt: what has begun is under way. */
export function toneOfOutcome(outcome: AuditOutcome): StatusTone {
  return outcome === 'initiated' ? 'progress' : toneOfStatus(outcome);
}
