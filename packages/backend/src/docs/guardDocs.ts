import { isChildPath } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { LineCounter, parseDocument, visit, type Document } from 'yaml';

const MKDOCS = /^mkdocs\.ya?ml$/i;
/** Of the `monorepo` plugin, which reads whatever ends like YAML, and knows wildcards. */
const INCLUDE = /^\s*[!*]include\s+(\S.*)$/;
/** More than any documentation has; a guard against a repository made to keep us busy. */
const MOST_ENTRIES = 50_000;

/**
 * Makes sure that documentation, which many people write, reads nothing of the portal when it is built beside it.
 *
 * @remarks
 *
 * Upstream's generator refuses most of what would. It leaves tags alone, of which MkDocs' `!ENV` puts environment
 * variables into pages, and it looks at Markdown extensions only when they are a list. The `monorepo` plugin, which is always on,
 * reads further `mkdocs.yml` files. So each of them is read here and written anew, as plain data.
 *
 * @param folder - a copy of the repository, which may be changed
 * @throws InputError that names the file, the line and the way out
 */
export async function guardDocs(folder: string): Promise<void> {
  for (const path of await findConfigurations(folder)) {
    const name = relative(folder, path);
    const lines = new LineCounter();
    const document = parseDocument(await readFile(path, 'utf8'), {
      lineCounter: lines,
      // Unknown tags are refused below, with a better message.
      logLevel: 'silent',
    });
    const [fault] = document.errors;
    if (fault) {
      throw new InputError(`${name} is no valid YAML: ${fault.message}`);
    }
    refuseTags(document, name, lines);
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    const file = { folder, path, name };
    refuseOutsideIncludes(content, file);
    const docs = (content as { docs_dir?: unknown } | null)?.docs_dir;
    if (docs !== undefined && !isInside(file, String(docs))) {
      throw new InputError(
        `${name}: docs_dir is ${docs}, which is outside of the repository.`,
      );
    }
    await writeFile(path, `${JSON.stringify(asList(content), null, 2)}\n`);
  }
}

async function findConfigurations(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  if (entries.length > MOST_ENTRIES) {
    throw new InputError(
      `The documentation's folder has more than ${MOST_ENTRIES} files. Keep documentation in a folder of its own.`,
    );
  }
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

function refuseTags(
  document: Document.Parsed,
  name: string,
  lines: LineCounter,
): void {
  visit(document, {
    Node: (_, { tag, range }) => {
      if (tag) {
        const { line } = lines.linePos(range?.[0] ?? 0);
        throw new InputError(
          `${name}, line ${line}: the tag ${tag} is not available, because documentation is built without access to the portal. Write the value itself; options that need a tag have good defaults here.`,
        );
      }
    },
  });
}

/** `- Page: '!include ./sub/mkdocs.yml'`, anywhere in the navigation. */
function refuseOutsideIncludes(
  value: unknown,
  file: { folder: string; path: string; name: string },
): void {
  if (typeof value === 'string') {
    const target = INCLUDE.exec(value)?.[1];
    if (target && !MKDOCS.test(basename(target))) {
      throw new InputError(
        `${file.name} includes ${target}. Only files named mkdocs.yml can be included.`,
      );
    }
    if (target && !isInside(file, target)) {
      throw new InputError(
        `${file.name} includes ${target}, which is outside of the repository.`,
      );
    }
  } else if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(child => refuseOutsideIncludes(child, file));
  }
}

function isInside(
  { folder, path }: { folder: string; path: string },
  target: string,
): boolean {
  return isChildPath(folder, resolve(dirname(path), target));
}

/** MkDocs takes extensions as a list or as a mapping; upstream's checks know lists. */
function asList(content: unknown): unknown {
  const extensions = (content as { markdown_extensions?: unknown } | null)
    ?.markdown_extensions;
  return typeof extensions === 'object' &&
    extensions !== null &&
    !Array.isArray(extensions)
    ? {
        ...(content as object),
        markdown_extensions: Object.entries(extensions).map(
          ([name, options]) => ({ [name]: options }),
        ),
      }
    : content;
}
