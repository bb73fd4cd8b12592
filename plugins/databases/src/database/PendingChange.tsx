import { Alert, ButtonLink } from '@backstage/ui';
import type { DatabasePendingChange } from '@slipway/plugin-databases-common';
import { EntityName, RelativeTime } from '@slipway/ui';
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
        <>
          <WhoDecides rule={rule} />
          Asked for by <EntityName entityRef={requestedBy} />{' '}
          <RelativeTime at={requestedAt} />. Price: {priceAMonth(pricePerMonth)}
          .
        </>
      }
      customActions={
        <>
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
        </>
      }
    />
  );
}
