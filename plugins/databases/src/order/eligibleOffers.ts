import type {
  DatabaseOffer,
  DatabaseOptions,
} from '@slipway/plugin-databases-common';

/** What one provider would give in the environment that was chosen. */
export interface EligibleOffer {
  provider: DatabaseOptions['providers'][number];
  /** Whether the order will go to it. */
  takesOrders: boolean;
  /** How long an order takes, measured; absent when too few were made. */
  measured?: { medianSeconds: number; orders: number };
  sizes: DatabaseOffer['sizes'];
  protection: DatabaseOffer['protection'];
}

/**
 * The providers that serve an environment, the one that takes orders first.
 *
 * @param engine - empty for any
 */
export function eligibleOffers(
  options: DatabaseOptions,
  environment: string,
  engine: string,
): EligibleOffer[] {
  const offers = options.offers ?? offersOf(options);
  return offers
    .filter(
      offer =>
        offer.environment === environment &&
        (!engine || offer.engine === engine),
    )
    .flatMap(({ providerId, takesOrders, medianSeconds, ...offer }) => {
      const provider = options.providers.find(({ id }) => id === providerId);
      return provider
        ? [
            {
              provider,
              takesOrders,
              sizes: offer.sizes,
              protection: offer.protection,
              ...(medianSeconds !== undefined && {
                measured: { medianSeconds, orders: offer.measuredOrders ?? 0 },
              }),
            },
          ]
        : [];
    })
    .sort((a, b) => Number(b.takesOrders) - Number(a.takesOrders));
}

/** While the portal is being updated a service of the version before tells providers alone. */
function offersOf({ providers, sizes }: DatabaseOptions): DatabaseOffer[] {
  return providers.flatMap(({ id, engine, environments }) =>
    environments.map(environment => ({
      providerId: id,
      engine,
      environment,
      takesOrders:
        providers.find(
          other =>
            other.engine === engine && other.environments.includes(environment),
        )?.id === id,
      sizes,
    })),
  );
}
