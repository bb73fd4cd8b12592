import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readOptional, writeDurably } from './files.ts';
import type { GitHost } from './git-host/index.ts';
import type { Organisation } from './people.ts';
import { repository } from './settings.ts';

const folder = join(repository, 'examples', 'repositories');

/**
 * Publishes the sample company's repositories, each by the first person of the team that owns it. Each is published
 * once: a repository that somebody deletes does not come back.
 *
 * @param record - the file that remembers which have been published
 */
export async function importSampleRepositories(
  host: GitHost,
  record: string,
  organisation: Organisation,
): Promise<void> {
  const imported = new Set<string>(
    JSON.parse((await readOptional(record)) ?? '[]'),
  );
  const entries = await readdir(folder, { withFileTypes: true });
  const missing = entries.filter(
    each => each.isDirectory() && !imported.has(each.name),
  );
  for (const { name } of missing) {
    const { owner, description } = await readComponent(join(folder, name));
    const author =
      organisation.people.find(each => each.groups.includes(owner)) ??
      organisation.people[0];
    await host.importRepository({
      owner: 'lighthouse',
      name,
      folder: join(folder, name),
      author,
      description,
      teams: { [owner]: 'write' },
    });
    imported.add(name);
  }
  if (missing.length > 0) {
    await writeDurably(record, JSON.stringify([...imported]), 0o600);
  }
}

async function readComponent(
  dir: string,
): Promise<{ owner: string; description?: string }> {
  const text = await readFile(join(dir, 'catalog-info.yaml'), 'utf8');
  const component = parseAllDocuments(text)
    .map(each => each.toJS())
    .find(each => each?.kind === 'Component');
  if (typeof component?.spec?.owner !== 'string') {
    throw new Error(`${dir}/catalog-info.yaml names no owner of the component`);
  }
  return {
    owner: component.spec.owner,
    description: component.metadata.description,
  };
}
