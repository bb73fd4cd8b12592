import { useApi } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { Button, Link } from '@backstage/ui';
import {
  sweepCreatePermission,
  type PoliciesState,
  type PolicySweep,
} from '@slipway/plugin-policies-common';
import { policiesApiRef } from '@slipway/plugin-policies-react';
import {
  CopyText,
  describeError,
  formatDuration,
  RelativeTime,
  StatusBadge,
  layout as styles,
} from '@slipway/ui';
import { type ReactNode, useId, useState } from 'react';
import own from './StateFacts.module.css';

/** Which set is in force, and how the last sweep went. */
export function StateFacts(props: {
  state: PoliciesState;
  onChanged: () => void;
}) {
  const { state, onChanged } = props;
  const { digest, since, policies, lastSweep, sweeping } = state;
  return (
    <dl className={own.facts}>
      {digest && (
        <Fact label="In force">
          <Link href="/compliance/policies">
            {policies === 1 ? 'One policy' : `${policies} policies`}
          </Link>
          {since && (
            <span>
              since <RelativeTime at={since} />
            </span>
          )}
          <CopyText text={digest} name="version of the policies">
            {digest.slice(0, 12)}
          </CopyText>
        </Fact>
      )}
      <Fact label="Last sweep">
        <LastSweep sweep={lastSweep} />
        {sweeping && <StatusBadge status="running" label="One runs now" />}
        <SweepButton isRunning={sweeping} onStarted={onChanged} />
      </Fact>
    </dl>
  );
}

function Fact(props: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className={styles.note}>{props.label}</dt>
      <dd className={`${styles.row} ${own.fact}`}>{props.children}</dd>
    </div>
  );
}

function LastSweep({ sweep }: { sweep: PolicySweep | undefined }) {
  if (!sweep?.endedAt) {
    return <>None has ended yet</>;
  }
  const { startedAt, endedAt, error, objects } = sweep;
  if (error) {
    return (
      <>
        <StatusBadge status="failed" /> <RelativeTime at={endedAt} />
        {`: ${error}`}
      </>
    );
  }
  const took = Date.parse(endedAt) - Date.parse(startedAt);
  return (
    <span>
      <RelativeTime at={endedAt} />
      {`: ${objects === 1 ? 'one thing' : `${objects} things`}, in ${formatDuration(took)}`}
    </span>
  );
}

function SweepButton(props: { isRunning: boolean; onStarted: () => void }) {
  const { isRunning, onStarted } = props;
  const api = useApi(policiesApiRef);
  const { loading, allowed } = usePermission({
    permission: sweepCreatePermission,
  });
  const [isPending, setIsPending] = useState(false);
  const [error, setError] = useState<unknown>();
  const reasonId = useId();
  const start = async () => {
    setIsPending(true);
    setError(undefined);
    try {
      await api.startSweep();
      onStarted();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setIsPending(false);
    }
  };
  return (
    <>
      <Button
        size="small"
        variant="secondary"
        isDisabled={!allowed || isRunning}
        isPending={isPending}
        aria-describedby={!loading && !allowed ? reasonId : undefined}
        onPress={start}
      >
        Check everything now
      </Button>
      {!loading && !allowed && (
        <span id={reasonId} className={styles.note}>
          For administrators
        </span>
      )}
      {error !== undefined && (
        <span role="alert" className={styles.problem}>
          {describeError(error).cause}
        </span>
      )}
    </>
  );
}
