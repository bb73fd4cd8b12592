import {
  ANNOTATION_ORIGIN_LOCATION,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { useState } from 'react';
import useAsync from 'react-use/esm/useAsync';
import useDebounce from 'react-use/esm/useDebounce';

/** A name is looked up once nobody has typed for so long. */
const PAUSE_MS = 300;

/**
 * Says that the catalog has a component or an API of the name of a new service already.
 *
 * @remarks
 * No more than a word: what an earlier attempt at the very same service has made may be there, and is taken up. The check at the start of
 * the task decides. A catalog that does not answer says nothing here.
 */
export function useTakenName(name: string | undefined): string | undefined {
  const catalog = useApi(catalogApiRef);
  const [asked, setAsked] = useState<string>();
  useDebounce(() => setAsked(name || undefined), PAUSE_MS, [name]);
  const { value } = useAsync(async () => {
    if (!asked) {
      return undefined;
    }
    const { items } = await catalog.getEntitiesByRefs({
      entityRefs: [`component:default/${asked}`, `api:default/${asked}-api`],
      fields: ['kind', 'metadata'],
    });
    const entity = items.find(Boolean);
    return entity && { name: asked, entity };
  }, [catalog, asked]);
  // What is said about another name than the one that stands there confuses.
  if (!value || value.name !== name) {
    return undefined;
  }
  const { entity } = value;
  const place = entity.metadata.annotations?.[ANNOTATION_ORIGIN_LOCATION];
  return `${stringifyEntityRef(entity)} is in the catalog already, from ${place?.replace(/^url:/, '') ?? 'another source'}. Choose another name, unless you go on with that very service.`;
}
