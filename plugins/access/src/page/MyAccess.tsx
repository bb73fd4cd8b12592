import { useApi } from '@backstage/frontend-plugin-api';
import { useLoaded } from '@slipway/ui';
import { accessApiRef } from '../api/AccessApi';
import { AccessOf } from './AccessOf';
import { useAccessQuery } from './useAccessQuery';

/** What the person may do, and why. */
export function MyAccess() {
  const api = useApi(accessApiRef);
  const { query, change } = useAccessQuery();
  const access = useLoaded(() => api.getMine(query), [api, query]);
  return <AccessOf access={access} query={query} change={change} isSelf />;
}
