import type {
  AuthService,
  DiscoveryService,
  RootSystemMetadataService,
} from '@backstage/backend-plugin-api';
import type { Permission } from '@backstage/plugin-permission-common';
import { wordsFor, type PermissionInfo } from '@slipway/plugin-access-common';
import { z } from 'zod';

/** Permissions are registered once, when a plugin starts; a plugin of another process may be started anew. */
const KEPT_MS = 5 * 60_000;
/** When a plugin did not answer. */
const KEPT_INCOMPLETE_MS = 10_000;
const TIMEOUT_MS = 5_000;

const metadataSchema = z.object({
  permissions: z.array(
    z.object({
      type: z.enum(['basic', 'resource']),
      name: z.string(),
      attributes: z.object({ action: z.string().optional() }),
      resourceType: z.string().optional(),
    }),
  ),
});

/** What plugins have registered. */
export interface Registered {
  permissions: { permission: Permission; info: PermissionInfo }[];
  /** Plugins that did not say. */
  unasked: string[];
}

interface DirectoryDeps {
  auth: AuthService;
  discovery: DiscoveryService;
  system: RootSystemMetadataService;
}

/** All permissions that the plugins of the portal have registered, asked from the plugins themselves. */
export class PermissionDirectory {
  readonly #deps: DirectoryDeps;
  #kept?: { until: number; registered: Promise<Registered> };

  static create(deps: DirectoryDeps): PermissionDirectory {
    return new PermissionDirectory(deps);
  }

  private constructor(deps: DirectoryDeps) {
    this.#deps = deps;
  }

  /** Sorted by plugin and title. Callers at the same time share one question. */
  async list(): Promise<Registered> {
    if (!this.#kept || this.#kept.until <= Date.now()) {
      const kept = { until: Date.now() + KEPT_MS, registered: this.#ask() };
      this.#kept = kept;
      kept.registered.then(
        ({ unasked }) => {
          if (unasked.length) kept.until = Date.now() + KEPT_INCOMPLETE_MS;
        },
        () => {
          kept.until = 0;
        },
      );
    }
    return this.#kept.registered;
  }

  async #ask(): Promise<Registered> {
    const plugins = await this.#deps.system.getInstalledPlugins();
    const ids = [...new Set(plugins.map(({ pluginId }) => pluginId))].sort();
    const unasked: string[] = [];
    const all = await Promise.all(
      ids.map(pluginId =>
        this.#askOne(pluginId).catch(() => {
          unasked.push(pluginId);
          return [];
        }),
      ),
    );
    return {
      permissions: all
        .flat()
        .sort(
          (a, b) =>
            a.info.plugin.localeCompare(b.info.plugin) ||
            a.info.title.localeCompare(b.info.title),
        ),
      unasked,
    };
  }

  async #askOne(pluginId: string): Promise<Registered['permissions']> {
    const { auth, discovery } = this.#deps;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: await auth.getOwnServiceCredentials(),
      targetPluginId: pluginId,
    });
    const response = await fetch(
      `${await discovery.getBaseUrl(pluginId)}/.well-known/backstage/permissions/metadata`,
      {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    const isJson = response.headers
      .get('content-type')
      ?.startsWith('application/json');
    if (response.status === 404 || (response.ok && !isJson)) {
      // It has registered none. The app answers whatever it does not know with its page.
      return [];
    }
    if (!response.ok) {
      throw new Error(`${pluginId} answers ${response.status}`);
    }
    const { permissions } = metadataSchema.parse(await response.json());
    return permissions.map(each => {
      const { name, attributes, resourceType } = each;
      return {
        permission: each as Permission,
        info: {
          name,
          ...wordsFor(name),
          plugin: pluginId,
          ...(attributes.action && { action: attributes.action }),
          ...(resourceType && { resourceType }),
        },
      };
    });
  }
}
