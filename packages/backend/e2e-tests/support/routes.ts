import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Routes of each plugin that nobody may use without signing in. A plugin of the backend that is missing here fails the
 * test: whoever adds one says which of its routes are watched.
 */
export const protectedRoutes: Record<string, [method: string, path: string][]> =
  {
    access: [
      ['GET', '/me'],
      ['GET', '/people/user/default/ada.admin'],
      ['GET', '/permissions'],
      ['GET', '/permissions/databases.database.read'],
      ['GET', '/roles'],
      ['GET', '/handover?subject=user:default/ada.admin'],
      ['GET', '/orphans'],
    ],
    approvals: [
      ['GET', '/approvals'],
      ['GET', '/approvals/00000000-0000-0000-0000-000000000000'],
      ['GET', '/approvals/00000000-0000-0000-0000-000000000000/events'],
      ['PUT', '/approvals/00000000-0000-0000-0000-000000000000/vote'],
      ['DELETE', '/approvals/00000000-0000-0000-0000-000000000000/vote'],
      ['POST', '/approvals/00000000-0000-0000-0000-000000000000/withdraw'],
      ['POST', '/answer-links/open'],
      ['POST', '/answer-links/use'],
      ['GET', '/deputies'],
      ['POST', '/deputies'],
      ['DELETE', '/deputies/00000000-0000-0000-0000-000000000000'],
      ['POST', '/requests'],
      ['GET', '/requests/status?kind=a&id=b&digest=c'],
      ['POST', '/requests/withdraw'],
      ['GET', '/outcomes?consumer=a'],
      ['POST', '/outcomes/acknowledge'],
    ],
    audit: [
      ['GET', '/events'],
      ['GET', '/state'],
      ['GET', '/export'],
    ],
    auth: [['GET', '/v1/userinfo']],
    catalog: [
      ['GET', '/entities'],
      ['GET', '/entities/by-query'],
      ['GET', '/entities/by-name/user/default/ada.admin'],
      ['GET', '/entity-facets?facet=kind'],
      ['GET', '/locations'],
      ['POST', '/locations'],
      ['POST', '/refresh'],
      ['DELETE', '/entities/by-uid/00000000-0000-0000-0000-000000000000'],
    ],
    databases: [
      ['GET', '/options'],
      ['GET', '/databases'],
      ['POST', '/databases'],
      ['GET', '/databases/00000000-0000-0000-0000-000000000000'],
      [
        'GET',
        '/databases/00000000-0000-0000-0000-000000000000/personal-logins',
      ],
      [
        'POST',
        '/databases/00000000-0000-0000-0000-000000000000/personal-logins',
      ],
      ['POST', '/databases/00000000-0000-0000-0000-000000000000/delete'],
      ['GET', '/operations/00000000-0000-0000-0000-000000000000'],
      ['GET', '/pauses'],
      ['PUT', '/pauses/shared'],
      ['DELETE', '/pauses/shared'],
      ['GET', '/catalog-entities'],
    ],
    events: [
      ['POST', '/bus/v1/events'],
      ['PUT', '/bus/v1/subscriptions/x'],
      ['GET', '/bus/v1/subscriptions/x/events'],
    ],
    kubernetes: [
      ['GET', '/clusters'],
      ['POST', '/services/x'],
      ['GET', '/proxy/api/v1/pods'],
    ],
    'mcp-actions': [['POST', '/v1']],
    notifications: [
      ['GET', '/notifications'],
      ['GET', '/status'],
      ['POST', '/notifications'],
    ],
    permission: [['POST', '/authorize']],
    policies: [
      ['GET', '/policies'],
      ['GET', '/policies/naming'],
      ['GET', '/state'],
      ['GET', '/version'],
      ['POST', '/evaluate'],
      ['GET', '/violations'],
      ['GET', '/violations/export'],
      ['GET', '/violations/00000000-0000-0000-0000-000000000000'],
      ['GET', '/compliance'],
      ['POST', '/sweeps'],
      ['GET', '/waivers'],
      ['POST', '/waivers'],
      ['GET', '/waivers/00000000-0000-0000-0000-000000000000'],
      ['GET', '/waivers/00000000-0000-0000-0000-000000000000/events'],
      ['POST', '/waivers/00000000-0000-0000-0000-000000000000/withdraw'],
      ['POST', '/waivers/00000000-0000-0000-0000-000000000000/end'],
    ],
    proxy: [['GET', '/anything']],
    scaffolder: [
      ['GET', '/v2/actions'],
      ['GET', '/v2/tasks'],
      ['POST', '/v2/tasks'],
      ['POST', '/v2/dry-run'],
      ['GET', '/v2/tasks/00000000-0000-0000-0000-000000000000/eventstream'],
    ],
    search: [['GET', '/query?term=a']],
    techdocs: [
      ['GET', '/metadata/techdocs/default/component/x'],
      ['GET', '/static/docs/default/component/x/index.html'],
      ['GET', '/sync/default/component/x'],
    ],
    'user-settings': [
      ['GET', '/buckets/a/keys/b'],
      ['PUT', '/buckets/a/keys/b'],
    ],
  };

/**
 * Plugins without such a route: the app's own files are for everyone, and signals have but a WebSocket, which a test of
 * its own tries.
 */
export const publicPlugins = ['app', 'signals'];

/** The ids of all plugins that a bundle's backend depends on. */
export function installedPlugins(bundle: string): string[] {
  const manifest = join(bundle, 'packages/backend/package.json');
  const require = createRequire(manifest);
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
  const ids = Object.keys(dependencies).flatMap(name => {
    let path: string;
    try {
      path = require.resolve(`${name}/package.json`);
    } catch {
      // A library that hides its manifest is no Backstage package.
      return [];
    }
    const { backstage } = JSON.parse(readFileSync(path, 'utf8'));
    return backstage?.role === 'backend-plugin' ? [backstage.pluginId] : [];
  });
  return [...new Set<string>(ids)].sort();
}
