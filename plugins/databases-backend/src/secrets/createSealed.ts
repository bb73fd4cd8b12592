import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { KeyRing } from './KeyRing';
import { measureSealedSecrets } from './measureSealedSecrets';
import { Resealing } from './Resealing';
import { SealedSecretStore } from './SealedSecretStore';
import type { SealingKey } from './sealing';
import type { SecretStores } from './SecretStores';

/** Adds the store that the plugin brings, where there are keys to seal with. */
export function createSealed(deps: {
  knex: Knex;
  keys: SealingKey[];
  logger: LoggerService;
  secretStores: SecretStores;
}): Resealing | undefined {
  if (!deps.keys.length) return undefined;
  const { knex, logger } = deps;
  const keys = KeyRing.create(deps.keys);
  deps.secretStores.addSecretStore(SealedSecretStore.create({ knex, keys }));
  const resealing = Resealing.create({ knex, keys, logger });
  measureSealedSecrets(resealing);
  return resealing;
}
