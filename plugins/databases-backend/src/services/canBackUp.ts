import type { DatabaseProvider } from '@slipway/plugin-databases-node';

/** Whether a provider takes backups that can be proven: what cannot be restored is none. */
export function canBackUp(provider: DatabaseProvider): boolean {
  const { backup, restore } = provider.capabilities();
  return backup && restore;
}
