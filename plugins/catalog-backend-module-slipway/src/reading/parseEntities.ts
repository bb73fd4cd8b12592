import { stringifyLocationRef, type Entity } from '@backstage/catalog-model';
import {
  processingResult,
  type CatalogProcessorParser,
} from '@backstage/plugin-catalog-node';
import { MOST_BYTES, parseYaml } from './parseYaml';

/**
 * Reads the entities of a file of YAML, in the place of upstream's parser: see {@link parseYaml} for why. Files have an end.
 *
 * @public
 */
export const parseEntities: CatalogProcessorParser = async function* parse({
  data,
  location,
}) {
  const at = stringifyLocationRef(location);
  const wrong = (sentence: string) =>
    processingResult.generalError(location, sentence);
  if (data.length > MOST_BYTES) {
    yield wrong(
      `${at} has ${data.length} bytes, and at most ${MOST_BYTES} are read. Put long texts, such as the definition of an API, into files of their own, and name them by $text.`,
    );
    return;
  }
  for (const document of parseYaml(data.toString('utf8'))) {
    if ('fault' in document) {
      yield wrong(`YAML error at ${at}, ${document.fault}`);
    } else if (isPlainObject(document.content)) {
      yield processingResult.entity(
        location,
        document.content as unknown as Entity,
      );
    } else if (document.content !== null) {
      yield wrong(
        `${at} has a document that is no map. Begin it with apiVersion, kind and metadata.`,
      );
    }
  }
};

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
