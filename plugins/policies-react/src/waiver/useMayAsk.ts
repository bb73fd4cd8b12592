import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { waiverCreatePermission } from '@slipway/plugin-policies-common';
import { useEntityTitles, useLoaded } from '@slipway/ui';
import type { WaiverSubject } from './AskForWaiver';

/** The groups that the person belongs to, in full; undefined until they are known. */
export function useMyGroups(): string[] | undefined {
  const identityApi = useApi(identityApiRef);
  const { value } = useLoaded(async () => {
    const { ownershipEntityRefs } = await identityApi.getBackstageIdentity();
    return ownershipEntityRefs.filter(ref => ref.startsWith('group:')).sort();
  }, [identityApi]);
  return value;
}

/** Why the person may not ask for a waiver, and who can; the service decides again. */
export function useMayAsk(subject: WaiverSubject): { reason?: string } {
  const groups = useMyGroups();
  const { loading, allowed } = usePermission({
    permission: waiverCreatePermission,
  });
  const { owner, name, entityRef } = subject;
  const group = owner?.startsWith('group:') ? owner : undefined;
  const titleOf = useEntityTitles(group ? [group] : []);
  if (groups === undefined || loading) {
    return {};
  }
  if (!allowed) {
    return { reason: 'Your role does not ask for waivers.' };
  }
  if (groups.length === 0) {
    return {
      reason:
        'A waiver belongs to a group and you are in none. Ask the platform team to add you to your team.',
    };
  }
  if (group && !groups.includes(group)) {
    return {
      reason: `Only members of ${titleOf(group)} ask for one, as it is theirs. Ask somebody there.`,
    };
  }
  if (!owner && !name && !entityRef) {
    return { reason: 'Fill in its name first: a waiver covers what it names.' };
  }
  return {};
}
