import type { catalogApiRef } from '@backstage/plugin-catalog-react';

/** Upstream's client of the catalog. */
export type CatalogApi = (typeof catalogApiRef)['T'];
