import { isChildPath } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  copyFile,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseYaml, toPlainValue, type YamlFile } from '@slipway/backend-utils';
import { isScalar, visit, type Document } from 'yaml';
import { isMapping, KNOWN_FUNCTIONS, THEME_ICONS } from './allowedExtensions';
import { allowedSettings, isLink, type Beyond } from './allowedSettings';

const MKDOCS = /^mkdocs\.ya?ml$/i;
/** Of the `monorepo` plugin, which reads whatever ends like YAML, and knows wildcards. */
const INCLUDE = /^\s*[!*]include/;
const GOOD_INCLUDE = /^[!*]include (\S.*)$/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;
/** `https:`, `javascript:` */
const SCHEME = /^\s*[a-z][a-z\d+.-]*:/i;
const NAME_TAG = /^tag:yaml\.org,2002:python\/name:(.*)$/;
const NOTHING: Beyond = { keys: new Set(), plugins: new Set() };
/** More than any documentation has; a guard against a repository made to keep us busy. */
const MOST_ENTRIES = 50_000;
/** Of all `mkdocs.yml` files together. Reading one holds up everything else that the portal does. */
const MOST_SETTINGS_BYTES = 256 * 1024;

/**
 * Makes sure that documentation, which many people write, neither reads, writes nor calls anything when it is built beside the
 * portal, but its own repository and its pages.
 *
 * @remarks
 *
 * Upstream's generator refuses some of what would. It leaves tags alone, of which MkDocs' `!ENV` puts environment
 * variables into pages, and options of extensions and plugins that read, write and call. The `monorepo` plugin, which is always on,
 * reads further `mkdocs.yml` files that nobody looks at. So each of them is read here and written anew, as plain data, and only
 * with the settings that are known to do no harm.
 *
 * @param folder - a copy of the repository, which may be changed
 * @param beyond - what the portal's configuration allows beyond, at its own risk
 * @returns a sentence for each thing that was taken out
 * @throws InputError that names the file, the line and the way out
 */
export async function guardDocs(
  folder: string,
  beyond: Beyond = NOTHING,
): Promise<string[]> {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  if (entries.length > MOST_ENTRIES) {
    throw new InputError(
      `The documentation's folder has more than ${MOST_ENTRIES} files. Keep documentation in a folder of its own.`,
    );
  }
  const taken: string[] = [];
  const configurations = findConfigurations(folder, entries);
  await refuseLarge(configurations);
  for (const path of configurations) {
    const name = relative(folder, path);
    const content = await readPlain(path, name);
    const file = { folder, path, name };
    checkNavigation(content.nav, file);
    checkPlaces(content, file);
    const allowed = allowedSettings(content, beyond, (what, why) =>
      taken.push(`${name}: ${what} was taken out. ${why}`),
    );
    await writeFile(path, `${toText(allowed)}\n`);
  }
  for (const entry of entries.filter(found => found.isSymbolicLink())) {
    taken.push(
      ...(await replaceLink(folder, join(entry.parentPath, entry.name))),
    );
  }
  return taken;
}

/** JSON is YAML, but for the one function that is named in it. Upstream lets it pass by this name only. */
function toText(settings: Record<string, unknown>): string {
  return JSON.stringify(settings, null, 2).replaceAll(
    `"${THEME_ICONS}"`,
    '!!python/name:materialx.emoji.twemoji ""',
  );
}

function findConfigurations(folder: string, entries: Dirent[]): string[] {
  const found = entries.filter(
    entry => MKDOCS.test(entry.name) && !entry.isDirectory(),
  );
  // What a link leads to is read under its name, whatever its own is.
  const link = found.find(entry => !entry.isFile());
  if (link) {
    throw new InputError(
      `${relative(folder, join(link.parentPath, link.name))} is a link. Put the file itself there.`,
    );
  }
  return found.map(entry => join(entry.parentPath, entry.name));
}

async function refuseLarge(configurations: string[]): Promise<void> {
  let bytes = 0;
  for (const path of configurations) {
    bytes += (await stat(path)).size;
  }
  if (bytes > MOST_SETTINGS_BYTES) {
    throw new InputError(
      `The repository's mkdocs.yml files have more than ${MOST_SETTINGS_BYTES / 1024} KiB together. Leave nav out: MkDocs then lists the pages itself.`,
    );
  }
}

async function readPlain(
  path: string,
  name: string,
): Promise<Record<string, unknown>> {
  let file: YamlFile;
  try {
    file = parseYaml(await readFile(path, 'utf8'));
  } catch (error) {
    throw new InputError(
      `${name} is no valid YAML: ${(error as Error).message}`,
    );
  }
  const [document, second] = file.documents;
  if (!document) {
    return {};
  }
  if (second) {
    throw new InputError(
      `${name} is no valid YAML: it has more than one document`,
    );
  }
  readTags(document, name, file);
  try {
    // A key that is there twice counts as its last, as in Python.
    const content = toPlainValue(document, MOST_SETTINGS_BYTES);
    return isMapping(content) ? content : {};
  } catch (error) {
    throw new InputError(`${name}: ${(error as Error).message}`);
  }
}

function readTags(
  document: Document.Parsed,
  name: string,
  file: YamlFile,
): void {
  visit(document, {
    Node: (_, node) => {
      const known = NAME_TAG.exec(node.tag ?? '')?.[1];
      if (known && KNOWN_FUNCTIONS.has(known) && isScalar(node)) {
        // Where it may be is up to each extension.
        node.value = known;
        node.tag = undefined;
      } else if (node.tag) {
        throw new InputError(
          `${name}, line ${file.lineOf(node)}: the tag ${node.tag} is not available, because documentation is built without access to the portal. Write the value itself; options that need a tag have good defaults here. Of functions only ${[...KNOWN_FUNCTIONS].join(', ')} can be named, by !!python/name:.`,
        );
      }
    },
  });
}

interface File {
  folder: string;
  path: string;
  name: string;
}

/** `- Page: '!include ./sub/mkdocs.yml'`, anywhere in the navigation. */
function checkNavigation(value: unknown, file: File): void {
  if (typeof value === 'string') {
    if (CONTROL.test(value)) {
      throw new InputError(
        `${file.name}: nav has ${JSON.stringify(value)}, which is more than one line. Write a path or an address.`,
      );
    }
    if (INCLUDE.test(value)) {
      checkInclude(value, file);
    } else if (
      SCHEME.test(value) &&
      !isLink(value) &&
      !/^mailto:/.test(value)
    ) {
      throw new InputError(
        `${file.name}: nav leads to ${value}. Only https, http and mailto can be used.`,
      );
    }
  } else if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(child => checkNavigation(child, file));
  }
}

function checkInclude(value: string, file: File): void {
  const target = GOOD_INCLUDE.exec(value)?.[1];
  if (!target || !MKDOCS.test(basename(target))) {
    throw new InputError(
      `${file.name}: nav has ${value}. Only files named mkdocs.yml can be included.`,
    );
  }
  // A wildcard stands for any number of folders, so no way back can be followed here.
  const isVague = target.includes('*') && target.split('/').includes('..');
  if (isVague || !isInside(file, target)) {
    throw new InputError(
      `${file.name} includes ${target}, which is outside of the repository.`,
    );
  }
}

function checkPlaces(
  { docs_dir: docs, site_name: site }: Record<string, unknown>,
  file: File,
): void {
  if (
    docs !== undefined &&
    docs !== null &&
    (typeof docs !== 'string' || !isInside(file, docs))
  ) {
    throw new InputError(
      `${file.name}: docs_dir is ${JSON.stringify(docs)}, which is outside of the repository.`,
    );
  }
  // The monorepo plugin copies what is included into a folder of this name.
  if (
    String(site)
      .split('/')
      .some(part => part.trim() === '..')
  ) {
    throw new InputError(
      `${file.name}: site_name is ${JSON.stringify(site)}, which is a path. Write a name.`,
    );
  }
}

function isInside({ folder, path }: File, target: string): boolean {
  return isChildPath(folder, resolve(dirname(path), target));
}

/**
 * Puts the file in the place of a link to it. MkDocs copies links as they are, into folders where they lead elsewhere than where
 * they were looked at.
 */
async function replaceLink(folder: string, path: string): Promise<string[]> {
  const target = await realpath(path).catch(() => undefined);
  if (target && !isChildPath(folder, target)) {
    throw new InputError(
      `${relative(folder, path)} is a link that leads out of the repository. Put the file itself there.`,
    );
  }
  await rm(path);
  if (target && (await stat(target)).isFile()) {
    await copyFile(target, path);
    return [];
  }
  return [
    `${relative(folder, path)} was taken out. It is a link, and not to a file.`,
  ];
}
