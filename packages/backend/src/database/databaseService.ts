import { DatabaseManager } from '@backstage/backend-defaults/database';
import {
  coreServices,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import { durationToMilliseconds } from '@backstage/types';
import { freeAbandonedMigrations } from './freeAbandonedMigrations';
import { takeStartupLock } from './takeStartupLock';

const PATIENCE = { minutes: 5 };

/**
 * The default databases, except that replicas start one after the other, so that their migrations do not meet. Plugins
 * wait for their turn when they first ask for their database.
 */
export const databaseInTurnsServiceFactory = createServiceFactory({
  service: coreServices.database,
  deps: {
    config: coreServices.rootConfig,
    rootLifecycle: coreServices.rootLifecycle,
    rootLogger: coreServices.rootLogger,
    lifecycle: coreServices.lifecycle,
    logger: coreServices.logger,
    plugin: coreServices.pluginMetadata,
  },
  async createRootContext({ config, rootLifecycle, rootLogger }) {
    const manager = DatabaseManager.fromConfig(config, {
      rootLifecycle,
      rootLogger,
    });
    // The auth plugin's pool is there in any case; the lock takes one of its connections for the time of the start.
    const auth = await manager
      .forPlugin('auth', { lifecycle: rootLifecycle, logger: rootLogger })
      .getClient();
    const lock = await takeStartupLock(auth, {
      logger: rootLogger,
      patienceMs: durationToMilliseconds(PATIENCE),
    });
    const state = { exclusive: lock.exclusive };
    rootLifecycle.addStartupHook(async () => {
      state.exclusive = false;
      await lock.release();
    });
    return { manager, state };
  },
  async factory({ plugin, lifecycle, logger }, { manager, state }) {
    const pluginId = plugin.getId();
    const service = manager.forPlugin(pluginId, { lifecycle, logger });
    const connect = async () => {
      const client = await service.getClient();
      if (state.exclusive) {
        await freeAbandonedMigrations(client, { pluginId, logger });
      }
      return client;
    };
    let connected: ReturnType<typeof connect> | undefined;
    return {
      ...service,
      getClient: () => {
        connected ??= connect().catch(error => {
          connected = undefined;
          throw error;
        });
        return connected;
      },
    };
  },
});
