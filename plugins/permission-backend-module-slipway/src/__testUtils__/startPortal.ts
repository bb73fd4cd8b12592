import { httpAuthServiceFactory } from '@backstage/backend-defaults/httpAuth';
import {
  coreServices,
  createBackendModule,
  createServiceFactory,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
  type TestDatabases,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import permissionPlugin from '@backstage/plugin-permission-backend';
import catalogPlugin from '@backstage/plugin-catalog-backend';
import scaffolderEntityModel from '@backstage/plugin-catalog-backend-module-scaffolder-entity-model';
import scaffolderPlugin from '@backstage/plugin-scaffolder-backend';
import type { JsonObject } from '@backstage/types';
import request from 'supertest';
import slipwayPolicy, { shortPermissionsServiceFactory } from '../index';
import { authFactory } from './authFactory';

/** Who belonged where when they signed in. */
export const MEMBERSHIPS: Record<string, string[]> = {
  sam: ['group:default/team-orders'],
  tom: ['group:default/team-storefront'],
  nora: ['group:default/platform-team'],
};

type Features = NonNullable<Parameters<typeof startTestBackend>[0]>['features'];

function provideEntities(entities: Entity[]) {
  let provide: (given: Entity[]) => Promise<void>;
  const feature = createBackendModule({
    pluginId: 'catalog',
    moduleId: 'test-company',
    register(reg) {
      reg.registerInit({
        deps: { catalog: catalogProcessingExtensionPoint },
        async init({ catalog }) {
          const location = 'url:https://git.example.com/company.yaml';
          catalog.addEntityProvider({
            getProviderName: () => 'test-company',
            connect: connection => {
              provide = given =>
                connection.applyMutation({
                  type: 'full',
                  entities: given.map(entity => ({
                    entity: {
                      ...entity,
                      metadata: {
                        ...entity.metadata,
                        annotations: {
                          'backstage.io/managed-by-location': location,
                          'backstage.io/managed-by-origin-location': location,
                        },
                      },
                    },
                  })),
                });
              return provide(entities);
            },
          });
        },
      });
    },
  });
  return { feature, provide: (given: Entity[]) => provide(given) };
}

/**
 * A backend with the real permission, catalog and scaffolder plugins and our policy, each plugin
 * on a Postgres database of its own.
 *
 * @returns `as(name)`, which sends requests as one of sam (team-orders), tom (team-storefront) or
 * nora (platform-team, who administers), with the groups of their sign-in. The catalog knows them when `entities` have them.
 */
export async function startPortal(options: {
  databases: TestDatabases;
  entities: Entity[];
  /** Plugins and services beside those. */
  features?: Features;
  /** Laid beside `permission`. */
  config?: JsonObject;
  /** `permission.slipway.roles`. */
  roles?: JsonObject[];
}) {
  const { databases, entities, features = [], config, roles = [] } = options;
  const company = provideEntities(entities);
  const clients = new Map<string, Awaited<ReturnType<TestDatabases['init']>>>();
  const backend = await startTestBackend({
    features: [
      mockServices.rootConfig.factory({
        data: {
          permission: {
            enabled: true,
            slipway: { administrators: ['platform-team'], roles },
          },
          ...config,
        },
      }),
      authFactory,
      httpAuthServiceFactory,
      createServiceFactory({
        service: coreServices.database,
        deps: { plugin: coreServices.pluginMetadata },
        async factory({ plugin }) {
          const knex = await databases.init('POSTGRES_18');
          clients.set(plugin.getId(), knex);
          return { getClient: async () => knex };
        },
      }),
      createServiceFactory({
        service: coreServices.userInfo,
        deps: {},
        factory: () => ({
          async getUserInfo(credentials) {
            const { userEntityRef } = credentials.principal as {
              userEntityRef: string;
            };
            const name = userEntityRef.split('/')[1];
            return {
              userEntityRef,
              ownershipEntityRefs: [userEntityRef, ...MEMBERSHIPS[name]],
            };
          },
        }),
      }),
      permissionPlugin,
      catalogPlugin,
      scaffolderEntityModel,
      scaffolderPlugin,
      slipwayPolicy,
      shortPermissionsServiceFactory,
      company.feature,
      ...features,
    ],
  });
  return {
    server: backend.server,
    /** Puts these in place of all that the catalog was given. */
    provide: company.provide,
    stop: () => backend.stop(),
    /** A plugin's database. */
    databaseOf: (pluginId: string) => clients.get(pluginId)!,
    /** Has the catalog answer no question about entities while something is done. */
    async whileCatalogHangs<T>(work: () => Promise<T>): Promise<T> {
      const lock = await clients.get('catalog')!.transaction();
      try {
        await lock.raw('LOCK TABLE final_entities IN ACCESS EXCLUSIVE MODE');
        return await work();
      } finally {
        await lock.rollback();
      }
    },
    as(name: keyof typeof MEMBERSHIPS) {
      return request
        .agent(backend.server)
        .set(
          'Authorization',
          mockCredentials.user.header(`user:default/${name}`),
        );
    },
  };
}
