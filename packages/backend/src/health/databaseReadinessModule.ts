import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { readinessChecksServiceRef } from './readinessChecks';

/**
 * Makes readiness depend on Postgres.
 *
 * @remarks
 *
 * It asks through the pool of the auth plugin: a pool that nobody can do without and that is
 * hardly ever busy, so that a long ingestion does not make a healthy replica look ill. No
 * connection beyond the budgeted ones is opened.
 */
export const databaseReadinessModule = createBackendModule({
  pluginId: 'auth',
  moduleId: 'database-readiness',
  register(reg) {
    reg.registerInit({
      deps: {
        database: coreServices.database,
        checks: readinessChecksServiceRef,
      },
      async init({ database, checks }) {
        const client = await database.getClient();
        checks.add({
          name: 'database',
          check: async () => {
            await client.raw('select 1');
          },
        });
      },
    });
  },
});
