import { databaseProviderConformance } from '@slipway/plugin-databases-node/testUtils';
import { startHarness } from './__testUtils__/startHarness';

databaseProviderConformance('Shared Postgres', () =>
  startHarness({ shared_preload_libraries: 'pg_stat_statements' }),
);
