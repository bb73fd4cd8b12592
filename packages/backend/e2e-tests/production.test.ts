import { after, before, describe } from 'node:test';
import { Progress } from '../../../scripts/lib/progress.mjs';
import { ensureProductionBundle } from '../../../scripts/production-bundle.mjs';
import { accessTests } from './production/access.ts';
import { auditTests } from './production/audit.ts';
import { canaryTests } from './production/canaries.ts';
import { configurationTests } from './production/configuration.ts';
import { faultTests } from './production/faults.ts';
import { logTests } from './production/logs.ts';
import type { Production } from './production/Production.ts';
import { replicaTests } from './production/replicas.ts';
import { secretStoreTests } from './production/secretStores.ts';
import { Cluster } from './support/Cluster.ts';

/**
 * The bundle that ships, three times, on the production configuration. The tests build on one another: the later ones
 * kill what the earlier ones have used.
 */
describe('production', () => {
  const production = { tokens: new Map() } as Production;

  before(async () => {
    production.bundle = await ensureProductionBundle({
      progress: new Progress(),
    });
    production.cluster = await Cluster.create(production.bundle);
    await production.cluster.startReplicas();
  });

  after(async () => {
    await production.cluster?.close();
  });

  accessTests(production);
  configurationTests(production);
  replicaTests(production);
  faultTests(production);
  secretStoreTests(production);
  auditTests(production);
  logTests(production);
  canaryTests(production);
});
