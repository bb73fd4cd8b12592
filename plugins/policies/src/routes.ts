import { createRouteRef } from '@backstage/frontend-plugin-api';

/** The compliance page; violations, policies and waivers lie below. */
export const complianceRouteRef = createRouteRef();
