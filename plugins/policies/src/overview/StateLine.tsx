import { useApi } from '@backstage/frontend-plugin-api';
import { usePermission } from '@backstage/plugin-permission-react';
import { Alert, Button, Link } from '@backstage/ui';
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
import own from './StateLine.module.css';

/** Which set is in force, what was wrong when it was last read, and how the last sweep went. */
export function StateLine(props: {
  state: PoliciesState;
  onChanged: () => void;
}) {
  const { state, onChanged } = props;
  const { digest, since, policies, problems, problemsSince } = state;
  const { lastSweep, sweeping } = state;
  return (
    <div className={styles.tight}>
      {!digest && (
        <Alert
          status="danger"
          icon
          title="No policies could be loaded yet. Until then everything that asks them is refused."
        />
      )}
      {problems.length > 0 && (
        <Alert
          status="warning"
          icon
          title={
            digest
              ? 'The policies could not be read the last time. Those from before stay in force.'
              : 'The policies could not be read.'
          }
          description={
            <>
              {problemsSince && (
                <p className={styles.text}>
                  Something is wrong since <RelativeTime at={problemsSince} />.
                </p>
              )}
              <ul className={styles.list}>
                {problems.map(({ file, line, column, message }) => (
                  <li key={`${file}:${line}:${column}:${message}`}>
                    <code>{`${file}:${line}:${column}`}</code> {message}
                  </li>
                ))}
              </ul>
            </>
          }
        />
      )}
      <Facts
        items={[
          {
            label: 'In force',
            value: digest && (
              <span className={styles.row}>
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
              </span>
            ),
          },
          {
            label: 'Last sweep',
            value: (
              <span className={styles.row}>
                <LastSweep sweep={lastSweep} />
                {sweeping && (
                  <StatusBadge status="running" label="One runs now" />
                )}
                <SweepButton isRunning={sweeping} onStarted={onChanged} />
              </span>
            ),
          },
        ]}
      />
    </div>
  );
}

/** Facts beside each other: they are looked at, not read. */
function Facts(props: { items: { label: string; value: ReactNode }[] }) {
  return (
    <dl className={own.facts}>
      {props.items
        .filter(({ value }) => Boolean(value))
        .map(({ label, value }) => (
          <div key={label} className={own.fact}>
            <dt className={styles.note}>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function LastSweep({ sweep }: { sweep: PolicySweep | undefined }) {
  if (!sweep?.endedAt) {
    return <>None has ended yet</>;
  }
  const { startedAt, endedAt, error, objects, violations } = sweep;
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
      {`: ${objects} things, ${violations} violations, in ${formatDuration(took)}`}
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
