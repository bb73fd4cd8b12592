import { resolvePackagePath } from '@backstage/backend-plugin-api';
import type { Knex } from 'knex';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { withPlainNames } from './withPlainNames';

/**
 * What {@link readDefinitions} gives of a trail as `handover.sql` of this version leaves it. A test says what it must be when
 * that file changes.
 */
const OWN = '1b296abbc98805205ad597c928ec8d1ad5be6a3f9745acf5ac7c3402037a5a82';

/** Whether everything in the schema of the trail is what `handover.sql` of this version makes, and nothing else is there. */
export async function hasOwnDefinitions(knex: Knex): Promise<boolean> {
  return fingerprint(await readDefinitions(knex)) === OWN;
}

/** One text for all of them. */
export function fingerprint(definitions: string[]): string {
  return createHash('sha256').update(definitions.join('\n')).digest('hex');
}

/** What `handover.sql` compares, and who has rights: what is written about an object by its maker is not believed. */
export async function readDefinitions(knex: Knex): Promise<string[]> {
  const file = await readFile(
    resolvePackagePath('@slipway/plugin-audit-backend', 'handover.sql'),
    'utf8',
  );
  const [, found] = file.split(/^-- (?:>>>|<<<) What is there\..*$/m);
  return withPlainNames(knex, async tx => {
    const { rows } = await tx.raw<{ rows: { line: string }[] }>(
      `SELECT line FROM (${found}) AS found ORDER BY line COLLATE "C"`,
    );
    return rows.map(({ line }) => line);
  });
}
