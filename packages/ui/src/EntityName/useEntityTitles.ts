import { parseEntityRef } from '@backstage/catalog-model';
import { useApiHolder } from '@backstage/frontend-plugin-api';
import { entityPresentationApiRef } from '@backstage/plugin-catalog-react';
import useAsync from 'react-use/esm/useAsync';

/**
 * How the catalog calls entities, for places that take texts only; their names until that is known.
 *
 * @public
 */
export function useEntityTitles(
  refs: readonly string[],
): (ref: string) => string {
  const api = useApiHolder().get(entityPresentationApiRef);
  const { value } = useAsync(async () => {
    const titles = refs.map(async ref => {
      const { kind, namespace } = parseEntityRef(ref);
      const presented = await api?.forEntity(ref, {
        defaultKind: kind,
        defaultNamespace: namespace,
      }).promise;
      return [ref, presented?.primaryTitle ?? nameOf(ref)] as const;
    });
    return new Map(await Promise.all(titles));
  }, [api, refs.join()]);
  return ref => value?.get(ref) ?? nameOf(ref);
}

function nameOf(ref: string): string {
  return parseEntityRef(ref).name;
}
