// Writes src/schema/openapi/generated/router.ts from src/schema/openapi.yaml: `yarn generate`.
// The Backstage generator does the same and models besides, but fetches a Java program from a
// Maven repository, which not everybody who builds this can reach.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';

const at = path => fileURLToPath(new URL(path, import.meta.url));
const spec = parse(readFileSync(at('../src/schema/openapi.yaml'), 'utf8'));
const target = at('../src/schema/openapi/generated/router.ts');
const text = `// Generated from src/schema/openapi.yaml by "yarn generate". Do not edit.

/** The contract of this plugin's HTTP interface. */
export const spec = ${JSON.stringify(spec)};
`;
writeFileSync(
  target,
  await format(text, {
    ...(await resolveConfig(target)),
    parser: 'typescript',
  }),
);
