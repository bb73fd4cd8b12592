import type { JudgedFinding } from '@slipway/plugin-policies-common';
import type { StatusTone } from '@slipway/ui';

/** How a finding is called, and how it is to be felt. */
export interface FindingWord {
  label: string;
  tone: StatusTone;
}

/**
 * What a finding means for the person: it refuses, it warns, it is only noted, or a waiver covers it.
 * @public
 */
export function wordForFinding({
  mode,
  waivedBy,
}: Pick<JudgedFinding, 'mode' | 'waivedBy'>): FindingWord {
  if (waivedBy) {
    return { label: 'Waived', tone: 'neutral' };
  }
  return wordForMode(mode);
}

/**
 * What a policy does about what violates it.
 * @public
 */
export function wordForMode(mode: JudgedFinding['mode']): FindingWord {
  switch (mode) {
    case 'deny':
      return { label: 'Not allowed', tone: 'negative' };
    case 'warn':
      return { label: 'Warning', tone: 'attention' };
    default:
      return { label: 'Noted', tone: 'neutral' };
  }
}
