import {
  databaseSizes,
  type DatabaseOffer,
  type DatabaseOptions,
} from '@slipway/plugin-databases-common';
import type { DatabasesConfig } from '../config';
import type { OrderMeasurement, Place } from '../database/measureOrders';
import { protectionOf } from './protection';
import type { Providers } from './Providers';

/**
 * What the order form offers, from what is configured.
 *
 * @param measure - measures how long orders took at these places; see `measureOrders`
 */
export async function toOptions(
  config: DatabasesConfig,
  providers: Providers,
  measure: (places: Place[]) => Promise<OrderMeasurement[]>,
) {
  const sizes = databaseSizes.flatMap(name => {
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
  });
  return {
    environments: config.environments,
    sizes,
    providers: providers.list().map(provider => {
      const {
        engine,
        versions,
        environments,
        notes,
        // Each place says how it protects, see the offers.
        encrypted,
        highAvailability,
        ...gives
      } = provider.capabilities();
      const { id, title } = provider;
      return { id, title, engine, versions, environments, notes, gives };
    }),
    offers: await offersOf(config, providers, measure, sizes),
    personalLogins: config.personalLogins,
    approvals: config.approvals,
    expiry: config.expiry.environments,
  } satisfies DatabaseOptions;
}

async function offersOf(
  config: DatabasesConfig,
  providers: Providers,
  measure: (places: Place[]) => Promise<OrderMeasurement[]>,
  sizes: DatabaseOffer['sizes'],
): Promise<DatabaseOffer[]> {
  const offers = providers.list().flatMap(provider => {
    const { engine, environments } = provider.capabilities();
    return config.environments
      .map(({ name }) => name)
      .filter(environment => environments.includes(environment))
      .map(environment => ({
        providerId: provider.id,
        engine,
        environment,
        protection: protectionOf(config, provider, environment),
        takesOrders: providers.choose({ engine, environment }) === provider,
        // A size costs the same everywhere: that is how prices are configured.
        sizes: sizes.map(({ name, pricePerMonth }) => ({
          name,
          pricePerMonth,
        })),
      }));
  });
  const measured = await measure(offers);
  return offers.map(offer => {
    const found = measured.find(
      m =>
        m.providerId === offer.providerId &&
        m.environment === offer.environment,
    );
    return {
      ...offer,
      medianSeconds: found?.medianSeconds,
      measuredOrders: found?.measuredOrders,
    };
  });
}
