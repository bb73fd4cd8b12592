import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { useLoaded } from '../shared/useLoaded';

/** The groups that the person belongs to, as entity refs. */
export function useOwners() {
  const identityApi = useApi(identityApiRef);
  return useLoaded(async () => {
    const { ownershipEntityRefs } = await identityApi.getBackstageIdentity();
    return ownershipEntityRefs.filter(ref => ref.startsWith('group:')).sort();
  }, [identityApi]);
}
