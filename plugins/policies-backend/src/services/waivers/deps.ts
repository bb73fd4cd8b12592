import type { AuthService } from '@backstage/backend-plugin-api';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { DurableResources } from '@slipway/operations';
import type { Knex } from 'knex';
import type { PoliciesConfig } from '../../config';
import type { Access } from '../Access';
import type { SetsService } from '../SetsService';
import type { WaiversWatch } from '../WaiversWatch';

/** What the operations on waivers work with. */
export interface WaiversDeps {
  access: Access;
  auth: AuthService;
  catalog: CatalogService;
  config: Pick<PoliciesConfig, 'longestWaiverMs'>;
  knex: Knex;
  resources: DurableResources;
  sets: SetsService;
  watch: WaiversWatch;
}
