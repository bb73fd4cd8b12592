import type {
  DatabaseEngine,
  DatabaseOptions,
} from '@slipway/plugin-databases-common';
import { formatDuration, Tile } from '@slipway/ui';
import {
  engineAndVersion,
  knowsStatementTimeout,
  priceAMonth,
  seconds,
  storageWord,
} from '../shared/words';
import type { EligibleOffer } from './eligibleOffers';
import styles from './OfferCards.module.css';

type Size = DatabaseOptions['sizes'][number];

/** What each provider would give, side by side. */
export function OfferCards(props: {
  offers: EligibleOffer[];
  /** None before one was chosen. */
  size: Size | undefined;
}) {
  const { offers, size } = props;
  return (
    <div className={styles.cards}>
      {offers.map(offer => (
        <Tile key={offer.provider.id} title={offer.provider.title}>
          {offers.length > 1 && (
            <p className={offer.takesOrders ? styles.taken : styles.other}>
              {offer.takesOrders
                ? 'Your order goes here'
                : 'Serves this environment, takes no orders'}
            </p>
          )}
          <dl className={styles.facts}>
            {factsOf(offer, size).map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Tile>
      ))}
    </div>
  );
}

function factsOf(offer: EligibleOffer, size: Size | undefined) {
  const { provider, sizes, measured } = offer;
  const price = sizes.find(({ name }) => name === size?.name)?.pricePerMonth;
  const { gives } = provider;
  const { engine } = provider;
  const version = provider.versions[0] ?? '';
  const unknown = 'Choose a size first';
  return [
    ['Engine', engineAndVersion({ engine, version })],
    [
      storageWord(engine),
      size ? `${size.storageGiB} GiB${keptTo(offer, 'storage')}` : unknown,
    ],
    [
      'Connections',
      size
        ? `${size.connectionLimit} at a time${statementsOf(engine, size)}`
        : unknown,
    ],
    ['Price', size ? priceAMonth(price) : unknown],
    [
      'Ready after',
      measured
        ? `about ${formatDuration(measured.medianSeconds * 1000)}, the median of the last ${measured.orders} orders`
        : 'Not measured yet',
    ],
    ...keptSafe(offer),
    ...(gives ? [['Comes with', comesWith(gives)]] : []),
  ];
}

/** How data is kept safe, as far as anybody has said. */
function keptSafe({ protection }: EligibleOffer): string[][] {
  const { backup, encrypted, highAvailability } = protection ?? {};
  const yesOrNo = (value: boolean) => (value ? 'Yes' : 'No');
  return [
    ...(backup
      ? [
          [
            'Backups',
            backup.enabled
              ? `By schedule, kept for ${backup.retentionDays} days`
              : 'Not by schedule',
          ],
        ]
      : []),
    ...(encrypted === undefined ? [] : [['Encrypted', yesOrNo(encrypted)]]),
    ...(highAvailability === undefined
      ? []
      : [['Standby', yesOrNo(highAvailability)]]),
  ];
}

function statementsOf(engine: DatabaseEngine, size: Size): string {
  const { statementTimeoutSeconds } = size;
  return knowsStatementTimeout(engine) && statementTimeoutSeconds > 0
    ? `, statements up to ${seconds(statementTimeoutSeconds)}`
    : '';
}

/** Whether the server holds a database to its limit, or somebody looks. */
function keptTo({ provider }: EligibleOffer, limit: 'storage'): string {
  if (provider.gives?.enforced.includes(limit)) {
    return ', enforced';
  }
  return provider.gives?.observed.includes(limit) ? ', observed' : '';
}

function comesWith(
  gives: NonNullable<EligibleOffer['provider']['gives']>,
): string {
  const named = [
    [gives.backup, 'backups'],
    [gives.restore, 'restore'],
    [gives.clone, 'copies'],
    [gives.personalLogins, 'personal logins'],
    [gives.tls, 'TLS'],
  ] as const;
  const list = (wanted: boolean) =>
    named.flatMap(([has, word]) => (has === wanted ? [word] : [])).join(', ');
  return [
    list(true) || 'nothing more',
    list(false) && `not with ${list(false)}`,
  ]
    .filter(Boolean)
    .join('; ');
}
