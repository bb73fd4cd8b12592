import {
  identityApiRef,
  useApi,
  useApiHolder,
} from '@backstage/frontend-plugin-api';
import { entityPresentationApiRef } from '@backstage/plugin-catalog-react';
import { useLoaded } from '@slipway/ui';
import { shortRef } from '../shared/words';

/** A group that may own a database. */
export interface Owner {
  ref: string;
  /** How the catalog calls it. */
  title: string;
}

/** The groups that the person belongs to. */
export function useOwners() {
  const identityApi = useApi(identityApiRef);
  const presentationApi = useApiHolder().get(entityPresentationApiRef);
  return useLoaded(async () => {
    const { ownershipEntityRefs } = await identityApi.getBackstageIdentity();
    const refs = ownershipEntityRefs
      .filter(ref => ref.startsWith('group:'))
      .sort();
    return Promise.all(
      refs.map(async (ref): Promise<Owner> => {
        const presented = await presentationApi?.forEntity(ref, {
          defaultKind: 'group',
        }).promise;
        return { ref, title: presented?.primaryTitle ?? shortRef(ref) };
      }),
    );
  }, [identityApi, presentationApi]);
}
