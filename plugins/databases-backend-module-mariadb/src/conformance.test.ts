import { databaseProviderConformance } from '@slipway/plugin-databases-node/testUtils';
import { startHarness } from './__testUtils__/startHarness';

databaseProviderConformance('Shared MariaDB', () =>
  startHarness({ 'performance-schema': 'ON' }),
);
