import { ConflictError } from '@backstage/errors';
import type { DatabaseProvider } from '@slipway/plugin-databases-node';
import type { DatabasesConfig } from '../../config';
import { insertBackup } from '../../database/backups';
import { BACKUP } from '../../operations/backup';
import { canBackUp } from '../canBackUp';
import { type Changing, start } from './changing';

/** Has a backup taken now. */
export async function beginBackup(
  changing: Changing,
  options: {
    provider: DatabaseProvider;
    config: DatabasesConfig['backups'];
  },
): Promise<string> {
  const { trx, record, actor } = changing;
  const { keepDays } = assertBackedUp(options);
  const backupId = await insertBackup(trx, record, {
    kind: 'on-request',
    keepDays,
    createdBy: actor,
    provider: options.provider,
  });
  return start(changing, BACKUP, { backupId });
}

/** @throws ConflictError when there are no backups here, which says why */
export function assertBackedUp({
  provider,
  config,
}: {
  provider: DatabaseProvider;
  config: DatabasesConfig['backups'];
}): NonNullable<DatabasesConfig['backups']> {
  if (!config) {
    throw new ConflictError(
      'No backups are taken here: the platform team has configured no place for them.',
    );
  }
  if (!canBackUp(provider)) {
    throw new ConflictError(
      `${provider.title} takes no backups. Its notes on the order page say why.`,
    );
  }
  return config;
}
