import { createRouteRef } from '@backstage/frontend-plugin-api';

/** The list of approvals; what is below it is of this plugin too. */
export const approvalsRouteRef = createRouteRef();
