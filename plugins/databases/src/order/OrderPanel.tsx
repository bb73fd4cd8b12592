import {
  type DatabaseOptions,
  databaseEntityRef,
  isBeyondQuota,
} from '@slipway/plugin-databases-common';
import { VerdictPanel } from '@slipway/plugin-policies-react';
import { Alert } from '@backstage/ui';
import { EntityName, InfoList, layout as styles } from '@slipway/ui';
import { WhoDecides } from '../shared/WhoDecides';
import { eligibleOffers } from './eligibleOffers';
import { quotaInWords } from './quotaWords';
import { OfferCards } from './OfferCards';
import type { OrderDraft } from './useOrderDraft';
import { useQuota } from './useQuota';
import type { OrderVerdict } from './useOrderVerdict';

/** What will be made, where, for how much and how soon. Follows as one types. */
export function OrderPanel(props: {
  draft: OrderDraft;
  options: DatabaseOptions;
  provider: DatabaseOptions['providers'][number] | undefined;
  order: OrderVerdict;
}) {
  const { draft, options, provider, order } = props;
  const size = options.sizes.find(({ name }) => name === draft.size);
  const engine = draft.engine || provider?.engine || '';
  const offers = eligibleOffers(options, draft.environment, engine);
  const asked = (options.approvals ?? []).filter(
    ({ environment, sizes }) =>
      environment === draft.environment &&
      sizes.some(each => each === draft.size),
  );
  const quota = useQuota({
    owner: draft.owner,
    environment: draft.environment,
    engine: provider?.engine ?? '',
  });
  const beyond = quota && isBeyondQuota(quota, size?.storageGiB);
  const approvals = [
    ...asked,
    ...(beyond && quota.approval ? [quota.approval] : []),
  ];
  return (
    <section aria-label="What you will get" className={styles.stack}>
      <h2 className={styles.heading}>What you will get</h2>
      {offers.length > 0 ? (
        <OfferCards offers={offers} size={size} />
      ) : (
        <p className={styles.note}>
          {draft.environment
            ? 'Nobody provides this engine in this environment.'
            : 'Choose an environment first: it decides who provides the database.'}
        </p>
      )}
      <VerdictPanel {...order} />
      {beyond && !quota.approval && (
        <Alert
          status="warning"
          icon
          title="This is beyond the quota of the owner, and will be refused"
          description="Delete what is not needed, or ask the platform team for more."
        />
      )}
      <InfoList
        items={[
          {
            label: 'Owner',
            value: draft.owner && <EntityName entityRef={draft.owner} />,
          },
          {
            label: 'Quota',
            value: quota && quotaInWords(quota, size?.storageGiB),
          },
          {
            label: 'Approval',
            value: approvals.length ? (
              <WhoDecides rule={approvals} />
            ) : (
              approvalNotNeeded(draft)
            ),
          },
          {
            label: 'In the catalog',
            value:
              draft.name && draft.environment
                ? databaseEntityRef(draft.name, draft.environment)
                : undefined,
          },
          {
            label: 'For the application',
            value:
              'A login of its own. Its password goes to the secret store; nobody is shown it.',
          },
          {
            label: 'For people',
            value: `Personal logins, to look unless asked otherwise, for ${options.personalLogins.defaultHours} hours as a rule and at most ${options.personalLogins.maxHours}.`,
          },
        ]}
      />
      {provider && provider.notes.length > 0 && (
        <div>
          <h3 className={styles.heading}>Good to know</h3>
          <ul className={styles.list}>
            {provider.notes.map(note => (
              <li key={note} className={styles.note}>
                {note}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

/** Which orders wait depends on what is chosen. */
function approvalNotNeeded(draft: OrderDraft): string {
  return draft.environment && draft.size
    ? 'Not needed'
    : 'Depends on environment and size';
}
