import { createApp } from '@backstage/frontend-defaults';

/** Puts the portal together. */
export function createPortal() {
  return createApp({ features: [] });
}
