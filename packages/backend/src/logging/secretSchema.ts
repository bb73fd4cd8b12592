import { loadConfigSchema, type ConfigSchema } from '@backstage/config-loader';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Only what lies beside this very code is meant: another package of the name may be a source checkout.
// eslint-disable-next-line no-restricted-syntax
const HERE = __dirname;

/** Written beside the bundle's code by the build: `scripts/lib/writeSecretSchema.mjs`. */
const FILE = join(HERE, '..', 'secretSchema.json');

/**
 * The part of the configuration's schema that says what is secret, as the build has collected it.
 *
 * @returns nothing where the portal runs from its sources: then the packages have to be asked, which takes half a second
 *   more
 */
export async function readSecretSchema(): Promise<ConfigSchema | undefined> {
  return existsSync(FILE)
    ? loadConfigSchema({ serialized: JSON.parse(readFileSync(FILE, 'utf8')) })
    : undefined;
}
