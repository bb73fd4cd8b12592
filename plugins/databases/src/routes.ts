import { createRouteRef } from '@backstage/frontend-plugin-api';

/** The list of databases; the form and the databases' own pages lie below. */
export const databasesRouteRef = createRouteRef();
