import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What is read, what upstream writes pages to, and what {@link MkDocsRunner} gives to Python. */
const NAMES = /^(?:slipway-docs|slipway-mkdocs|techdocs-tmp)-/;
/** No build waits, runs and is published for as long, in any portal on this machine. */
const OLD_MS = 60 * 60_000;

/** Removes folders of builds that are over. Others are left alone. */
export async function removeTemporary(
  folders: readonly string[],
): Promise<void> {
  await Promise.all(
    folders
      .filter(folder => NAMES.test(basename(folder)))
      .map(folder => rm(folder, { recursive: true, force: true })),
  );
}

/** Removes what a portal has left behind that was killed. What cannot be removed is somebody else's. */
export async function removeLeftovers(
  parent: string,
  now = Date.now(),
): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter(each => NAMES.test(each))) {
    const folder = join(parent, name);
    const changed = await stat(folder).then(
      // It is what nobody can set.
      ({ ctimeMs }) => ctimeMs,
      () => now,
    );
    if (changed < now - OLD_MS) {
      await removeTemporary([folder]).catch(() => undefined);
    }
  }
}
