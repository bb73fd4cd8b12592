import { useApi } from '@backstage/frontend-plugin-api';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import {
  accessHandoverReadPermission,
  accessPeopleReadPermission,
} from '@slipway/plugin-access-common';
import { useLoaded } from '@slipway/ui';
import type { View } from './useAccessQuery';

/** Which views the person may open; undefined until that is known. What is refused in the end is refused by the service. */
export function useViews(): View[] | undefined {
  const permissions = useApi(permissionApiRef);
  const { value, error } = useLoaded(async (): Promise<View[]> => {
    const [people, handover] = await Promise.all([
      permissions.authorize({ permission: accessPeopleReadPermission }),
      permissions.authorize({ permission: accessHandoverReadPermission }),
    ]);
    const views: View[] = ['mine'];
    if (people.result === AuthorizeResult.ALLOW) {
      views.push('person', 'permissions', 'roles');
    }
    if (handover.result === AuthorizeResult.ALLOW) views.push('handover');
    return views;
  }, [permissions]);
  return error ? ['mine'] : value;
}
