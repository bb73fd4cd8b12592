import {
  ApiBlueprint,
  createFrontendPlugin,
  fetchApiRef,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import { RiFileShield2Line } from '@remixicon/react';
import { auditEventReadPermission } from '@slipway/plugin-audit-common';
import { auditApiRef } from './api/AuditApi';
import { AuditClient } from './api/AuditClient';

const auditApi = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: auditApiRef,
      deps: { fetchApi: fetchApiRef },
      factory: ({ fetchApi }) => AuditClient.create({ fetchApi }),
    }),
});

const { name, attributes } = auditEventReadPermission;

const auditPage = SubPageBlueprint.make({
  attachTo: { id: 'page:user-settings', input: 'pages' },
  // For others it is not there.
  if: { permissions: { $contains: `${name}#${attributes.action}` } },
  params: {
    path: 'audit',
    title: 'Audit trail',
    loader: async () => {
      const { AuditPage } = await import('./page/AuditPage');
      return <AuditPage />;
    },
  },
});

/**
 * The audit trail in the portal, under Settings.
 * @public
 */
export const auditPlugin = createFrontendPlugin({
  pluginId: 'audit',
  title: 'Audit trail',
  icon: <RiFileShield2Line />,
  extensions: [auditApi, auditPage],
});
