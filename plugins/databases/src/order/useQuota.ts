import { useApi } from '@backstage/frontend-plugin-api';
import type { DatabaseQuota } from '@slipway/plugin-databases-common';
import { useLoaded } from '@slipway/ui';
import { databasesApiRef } from '../api/DatabasesApi';

/** The quota of a place, once it is known which. */
export function useQuota(place: {
  owner: string;
  environment: string;
  engine: string;
}): DatabaseQuota | undefined {
  const { owner, environment, engine } = place;
  const api = useApi(databasesApiRef);
  const isKnown = Boolean(owner && environment && engine);
  return useLoaded(
    async () =>
      isKnown ? api.getQuota({ owner, environment, engine }) : undefined,
    [api, isKnown, owner, environment, engine],
  ).value;
}
