import type { DatabaseProtection } from '@slipway/plugin-databases-common';
import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../config';
import { canBackUp } from './canBackUp';

/** How the data of databases of a provider is kept safe in an environment. */
export function protectionOf(
  { backups }: Pick<DatabasesConfig, 'backups'>,
  provider: DatabaseProvider,
  environment: string,
): DatabaseProtection {
  const { encrypted, highAvailability } = provider.capabilities();
  const backup = backups && backupOf(backups, provider, environment);
  return {
    ...(encrypted !== undefined && { encrypted }),
    ...(highAvailability !== undefined && { highAvailability }),
    ...(backup && { backup }),
  };
}

/** Each entry of the schedule counts for itself: what is kept longest is what one can go back to. */
function backupOf(
  { schedule }: NonNullable<DatabasesConfig['backups']>,
  provider: DatabaseProvider,
  environment: string,
): DatabaseProtection['backup'] {
  const days = schedule
    .filter(({ environments }) => environments.includes(environment))
    .map(({ keepDays }) => keepDays);
  return canBackUp(provider) && days.length
    ? { enabled: true, retentionDays: Math.floor(Math.max(...days)) }
    : { enabled: false };
}
