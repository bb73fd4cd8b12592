/**
 * Writes down which keys of the configuration are secret, for the logger, which redacts their values: all packages of the
 * built portal in the current folder are asked once, and not at every start.
 *
 *   node scripts/lib/writeSecretSchema.mjs
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfigSchema } from '@backstage/config-loader';
import { pruneSchema } from './pruneSchema.mjs';

const packages = globSync('{packages,plugins}/*/package.json').map(
  path => JSON.parse(readFileSync(path, 'utf8')).name,
);
const schema = await loadConfigSchema({ dependencies: packages });
const { schemas, ...version } = schema.serialize();
// Each package's schema is applied on its own: one that knows no secret adds none.
const knowing = schemas
  .map(schema => ({ ...schema, value: pruneSchema(schema.value) }))
  .filter(({ value }) => value !== true);
writeFileSync(
  join('packages', 'backend', 'dist', 'secretSchema.json'),
  JSON.stringify({ ...version, schemas: knowing }),
);
