import type { May } from '@slipway/plugin-access-common';
import type { StatusTone } from '@slipway/ui';

/** How it is said whether somebody may do something. */
export const MAY_WORDS: Record<May, { label: string; tone: StatusTone }> = {
  always: { label: 'Yes', tone: 'positive' },
  partly: { label: 'On some', tone: 'waiting' },
  never: { label: 'No', tone: 'neutral' },
};
