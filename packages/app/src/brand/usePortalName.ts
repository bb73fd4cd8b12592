import { configApiRef, useApi } from '@backstage/frontend-plugin-api';

/** What people call this portal: `app.title`, which a company may change. */
export function usePortalName(): string {
  return useApi(configApiRef).getOptionalString('app.title') ?? 'Slipway';
}
