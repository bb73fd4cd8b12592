/**
 * How a status is to be felt. The colour and the icon follow from it.
 *
 * - `neutral`: nothing is happening and nothing is asked of anybody.
 * - `waiting`: it stands still until somebody or something decides.
 * - `progress`: work is under way.
 * - `positive`: as it should be.
 * - `attention`: it works, but a person should look.
 * - `negative`: it does not work.
 *
 * @public
 */
export type StatusTone =
  'neutral' | 'waiting' | 'progress' | 'positive' | 'attention' | 'negative';

/**
 * The words for states in Slipway, and how each is to be felt. A state has the same word and the
 * same colour on every page.
 */
const TONES: Readonly<Record<StatusTone, readonly string[]>> = {
  neutral: [
    'suspended',
    'deleted',
    'cancelled',
    'superseded',
    'skipped',
    'expired',
    'aborted',
    'revoked',
    'withdrawn',
    'ended',
    'removed',
  ],
  waiting: [
    'requested',
    'awaiting-approval',
    'pending',
    'gating',
    'queued',
    'open',
  ],
  progress: [
    'provisioning',
    'verifying',
    'updating',
    'rotating',
    'restoring',
    'purging',
    'cleaning',
    'applying',
    'syncing',
    'aborting',
    'running',
    'processing',
    'writing',
  ],
  positive: [
    'ready',
    'kept',
    'succeeded',
    'completed',
    'active',
    'approved',
    'granted',
  ],
  attention: [
    'uncertain',
    'degraded',
    'drifted',
    'expiring',
    'orphaned',
    'needs-attention',
  ],
  negative: ['failed', 'rejected', 'not-allowed'],
};

const TONE_BY_STATUS = new Map(
  Object.entries(TONES).flatMap(([tone, statuses]) =>
    statuses.map(status => [status, tone as StatusTone] as const),
  ),
);

/**
 * How a status is to be felt. A word that Slipway does not know is neutral.
 *
 * @public
 */
export function toneOfStatus(status: string): StatusTone {
  return TONE_BY_STATUS.get(status) ?? 'neutral';
}

/**
 * The word shown for a status: `awaiting-approval` becomes "Awaiting approval".
 *
 * @public
 */
export function wordForStatus(status: string): string {
  const words = status.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
