import type { UrlReaderService } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  processingResult,
  type PlaceholderResolver,
  type PlaceholderResolverParams,
} from '@backstage/plugin-catalog-node';
import type { JsonValue } from '@backstage/types';
import type { OpenSources } from '../sources/OpenSources';
import { MOST_BYTES, parseYaml } from './parseYaml';

/** Of one entity. More than anybody writes, and far from filling the portal's memory. */
const MOST_PLACEHOLDERS = 50;
/** What is parsed keeps the portal from everything else meanwhile; a text is only passed on, and descriptions of real APIs are long. */
const PARSED: Limits = { ofFile: MOST_BYTES, inAll: 4 * MOST_BYTES };
/** Words and signs of YAML, of one entity. A file alone may have as many; to read them takes about a second. */
const MOST_PARTS = 200_000;
const TEXTS: Limits = { ofFile: 5 * 2 ** 20, inAll: 5 * 2 ** 20 };

/** In bytes. `inAll` is of one entity. */
interface Limits {
  ofFile: number;
  inAll: number;
}

/** What an entity's placeholders have read so far. */
interface Used {
  files: number;
  bytes: Map<Limits, number>;
  /** What is left to it. */
  yaml: { parts: number };
}

/**
 * The placeholders `$text`, `$json` and `$yaml`, in the place of upstream's.
 *
 * @remarks
 *
 * Upstream reads files of any size, parses YAML in a time that grows with the square of it, and leaves the repository where it does
 * not understand an address. The portal reads with its own account: what a placeholder names has to lie in the same repository
 * as the file that names it, or in one that is open to all.
 */
export function createPlaceholderResolvers(deps: {
  reader: UrlReaderService;
  sources: OpenSources;
}): Record<'text' | 'json' | 'yaml', PlaceholderResolver> {
  const used = new WeakMap<PlaceholderResolverParams['emit'], Used>();

  const resolve =
    (
      limits: Limits,
      parse: (text: string, budget: Used) => JsonValue,
    ): PlaceholderResolver =>
    async params => {
      const fail = (what: string) =>
        new InputError(
          `Placeholder $${params.key}: ${JSON.stringify(params.value)} ${what}`,
        );
      const url = addressOf(params, fail);
      deps.sources.checkReference(url, params.baseUrl);
      // The catalog makes a function of its own for each time that it processes an entity.
      const budget = used.get(params.emit) ?? {
        files: 0,
        bytes: new Map(),
        yaml: { parts: MOST_PARTS },
      };
      used.set(params.emit, budget);
      budget.files += 1;
      if (budget.files > MOST_PLACEHOLDERS) {
        throw fail(
          `is one too many: an entity may have ${MOST_PLACEHOLDERS} placeholders. Put what belongs together into one file.`,
        );
      }
      const text = await read(deps.reader, url, {
        limits,
        used: budget.bytes,
        fail,
      });
      params.emit(processingResult.refresh(`url:${url}`));
      try {
        return parse(text, budget);
      } catch (error) {
        throw fail(`cannot be taken in. ${(error as Error).message}`);
      }
    };

  return {
    text: resolve(TEXTS, text => text),
    json: resolve(PARSED, text => JSON.parse(text)),
    yaml: resolve(PARSED, onlyDocument),
  };
}

type Fail = (what: string) => InputError;

function addressOf(params: PlaceholderResolverParams, fail: Fail): string {
  if (typeof params.value !== 'string') {
    throw fail('is no text. Write a path, or the address of a file.');
  }
  try {
    return params.resolveUrl(params.value, params.baseUrl);
  } catch (error) {
    throw fail(
      `leads nowhere from ${params.baseUrl}. ${(error as Error).message}`,
    );
  }
}

/** Reads no further than it may. */
async function read(
  reader: UrlReaderService,
  url: string,
  options: { limits: Limits; used: Map<Limits, number>; fail: Fail },
): Promise<string> {
  const { limits, used, fail } = options;
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer) => {
    length += chunk.length;
    // Others of the same entity are read meanwhile.
    const all = (used.get(limits) ?? 0) + chunk.length;
    used.set(limits, all);
    if (length > limits.ofFile) {
      throw fail(
        `has more than the ${limits.ofFile} bytes that are read of a file. Keep longer texts beside the documentation, and link to them.`,
      );
    }
    if (all > limits.inAll) {
      throw fail(
        `is too much: the placeholders of one entity may name ${limits.inAll} bytes. Keep longer texts beside the documentation, and link to them.`,
      );
    }
    chunks.push(chunk);
  };
  const response = await reader.readUrl(url).catch(error => {
    throw fail(`could not be read. ${error.message}`);
  });
  if (response.stream) {
    for await (const chunk of response.stream()) {
      take(Buffer.from(chunk));
    }
  } else {
    take(await response.buffer());
  }
  return Buffer.concat(chunks).toString('utf8');
}

function onlyDocument(text: string, { yaml }: Used): JsonValue {
  const documents = parseYaml(text, { budget: yaml });
  const [document] = documents;
  if (documents.length !== 1) {
    throw new InputError(
      `It has ${documents.length} documents and must have exactly one.`,
    );
  }
  if ('fault' in document) {
    throw new InputError(document.fault);
  }
  return document.content as JsonValue;
}
