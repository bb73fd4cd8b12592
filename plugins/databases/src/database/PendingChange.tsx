import { Alert, ButtonLink } from '@backstage/ui';
import type { DatabasePendingChange } from '@slipway/plugin-databases-common';
import { EntityName, RelativeTime, layout as styles } from '@slipway/ui';
import type { ReactNode } from 'react';
import { WhoDecides } from '../shared/WhoDecides';
import { priceAMonth } from '../shared/words';

/** Another size that waits for approval, while the database is used as before. */
export function PendingChange(props: {
  change: DatabasePendingChange;
  /** The button that takes it back. */
  withdraw: ReactNode;
}) {
  const { change, withdraw } = props;
  const { approvalId, pricePerMonth, requestedAt, requestedBy, rule } = change;
  return (
    <Alert
      status="info"
      icon
      title={`The size ${change.size} waits for approval. It is changed as soon as that is given, and used as before until then.`}
      description={
        <span className={styles.tight}>
          <span>
            <WhoDecides rule={rule} />
            Asked for by <EntityName entityRef={requestedBy} />{' '}
            <RelativeTime at={requestedAt} />. Price:{' '}
            {priceAMonth(pricePerMonth)}.
          </span>
          {/* Below it: beside it they leave no room for words on a narrow screen. */}
          <span className={styles.row}>
            {approvalId && (
              <ButtonLink
                href={`/approvals/${approvalId}`}
                size="small"
                variant="secondary"
              >
                Open the approval
              </ButtonLink>
            )}
            {withdraw}
          </span>
        </span>
      }
    />
  );
}
