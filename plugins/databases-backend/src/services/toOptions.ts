import {
  databaseSizes,
  type DatabaseOptions,
} from '@slipway/plugin-databases-common';
import type { DatabasesConfig } from '../config';
import type { Providers } from './Providers';

/** What the order form offers, from what is configured. */
export function toOptions(
  config: DatabasesConfig,
  providers: Providers,
): DatabaseOptions {
  return {
    environments: config.environments,
    sizes: databaseSizes.flatMap(name => {
      const size = config.sizes[name];
      if (!size) return [];
      const { pricePerMonth: amount, currency, ...limits } = size;
      return [
        {
          name,
          ...limits,
          pricePerMonth:
            amount !== undefined && currency ? { amount, currency } : undefined,
        },
      ];
    }),
    providers: providers.list().map(provider => {
      const { engine, versions, environments, notes } = provider.capabilities();
      const { id, title } = provider;
      return { id, title, engine, versions, environments, notes };
    }),
    personalLogins: config.personalLogins,
  };
}
