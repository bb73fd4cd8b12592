import { useApi } from '@backstage/frontend-plugin-api';
import { Alert, Skeleton } from '@backstage/ui';
import type { AuditState } from '@slipway/plugin-audit-common';
import {
  CopyText,
  ErrorState,
  RelativeTime,
  StatusBadge,
  useLoaded,
} from '@slipway/ui';
import { DateTime } from 'luxon';
import type { ReactNode } from 'react';
import { auditApiRef } from '../api/AuditApi';
import styles from './AuditPage.module.css';

/** Heads are published each minute; this is when somebody should look. */
const LATE_MS = 5 * 60_000;

const OWNERS: Record<AuditState['owner'], string> = {
  separate: 'A role of its own',
  tables: "A role of its own, but the database to the portal's login",
  portal: "The portal's login",
};

/** How far what is stored is proven, and by what. */
export function ChainState() {
  const api = useApi(auditApiRef);
  const { value, error, reload } = useLoaded(() => api.getState(), [api]);
  if (error) {
    return (
      <ErrorState
        title="The state of the trail could not be loaded"
        error={error}
        onRetry={reload}
      />
    );
  }
  return (
    <section aria-label="State of the trail">
      {value?.differs && (
        <div className={styles.alarm}>
          <Differs differs={value.differs} />
        </div>
      )}
      {value ? <Facts state={value} /> : <Skeleton width="100%" height={48} />}
    </section>
  );
}

const DIFFERENCES: Record<NonNullable<AuditState['differs']>['kind'], string> =
  {
    'other-trail': 'what is in the database is another trail',
    shorter: 'what is in the database ends before that entry',
    'other-entry': 'that entry is another one in the database',
    gone: 'that entry is not in the database',
  };

/** What nobody may overlook, and what to do. */
function Differs(props: { differs: NonNullable<AuditState['differs']> }) {
  const { kind, publisher, trail, seq, at } = props.differs;
  const time = DateTime.fromISO(at).toFormat('d LLLL yyyy, HH:mm:ss ZZZZ');
  return (
    <Alert
      status="danger"
      icon
      title="What is stored is not the trail that was published"
      description={`'${publisher}' has entry ${seq} of trail ${trail}, published on ${time}, and ${DIFFERENCES[kind]}. Somebody has changed the database, or an old state of it was put back. Change nothing: keep a copy of the database and of what was published, export the trail, and verify it with the published heads. docs/audit.md says how to go on, also where the portal was begun anew on purpose.`}
    />
  );
}

function Facts({ state }: { state: AuditState }) {
  const { head, published, publicKey } = state;
  return (
    <FactList
      items={[
        {
          label: 'Newest entry',
          value:
            head.seq === '0' ? (
              'None yet'
            ) : (
              <span>
                {head.seq}, <RelativeTime at={head.at} />
              </span>
            ),
        },
        { label: 'Proven', value: <Proven state={state} /> },
        {
          label: 'Signed with',
          value: publicKey ? (
            <CopyText text={publicKey} name="public key">
              {published?.key ?? 'Public key'}
            </CopyText>
          ) : (
            <StatusBadge status="unsigned" label="No key" tone="attention" />
          ),
        },
        { label: 'Published to', value: state.publishers.join(', ') },
        {
          label: 'Belongs to',
          value: (
            <StatusBadge
              status={state.owner}
              label={OWNERS[state.owner]}
              tone={state.owner === 'separate' ? 'positive' : 'attention'}
            />
          ),
        },
        ...(state.functions === 'outdated'
          ? [
              {
                label: 'Functions',
                value: (
                  <StatusBadge
                    status="outdated"
                    label="Not those of this version, run handover.sql"
                    tone="attention"
                  />
                ),
              },
            ]
          : []),
        ...(state.damagedHeads > 0
          ? [
              {
                label: 'Changed from outside',
                value: (
                  <StatusBadge
                    status="damaged"
                    label={`${state.damagedHeads} kept heads were changed`}
                    tone="attention"
                  />
                ),
              },
            ]
          : []),
        {
          label: 'Kept for',
          value: <Kept state={state} />,
        },
      ]}
    />
  );
}

function Kept({ state }: { state: AuditState }) {
  const { retentionDays, refusedRetentionDays } = state;
  if (refusedRetentionDays !== undefined) {
    return (
      <StatusBadge
        status="refused"
        label={`Ever: the database refuses to drop after ${refusedRetentionDays} days, run handover.sql to let it`}
        tone="attention"
      />
    );
  }
  return (
    <>
      {retentionDays === undefined
        ? 'As long as there is room'
        : `${retentionDays} days`}
    </>
  );
}

/** Facts beside each other: they are looked at, not read. */
function FactList(props: { items: { label: string; value: ReactNode }[] }) {
  return (
    <dl className={styles.facts}>
      {props.items.map(({ label, value }) => (
        <div key={label}>
          <dt className={styles.note}>{label}</dt>
          <dd className={styles.fact}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Proven({ state }: { state: AuditState }) {
  const { differs, head, published, uncovered, uncoveredSince } = state;
  if (differs) {
    return (
      <StatusBadge
        status="differs"
        label="Nothing: not the trail that was published"
        tone="negative"
      />
    );
  }
  if (head.seq === '0') {
    return <>Nothing to prove</>;
  }
  // Not the age of what was published last: for a while there may have been nothing to publish.
  const isLate =
    uncoveredSince !== undefined &&
    Date.now() - Date.parse(uncoveredSince) > LATE_MS;
  return (
    <span className={styles.words}>
      {isLate ? (
        <StatusBadge
          status="late"
          label="Publishing is late"
          tone="attention"
        />
      ) : (
        <StatusBadge
          status={uncovered === 0 ? 'all' : 'soon'}
          label={
            uncovered === 0 ? 'All entries' : `All but the newest ${uncovered}`
          }
          tone={uncovered === 0 ? 'positive' : 'progress'}
        />
      )}
      {published && <RelativeTime at={published.at} />}
    </span>
  );
}
