import { useApi } from '@backstage/frontend-plugin-api';
import { Alert, ButtonLink, Container, Header } from '@backstage/ui';
import {
  APPROVALS_SIGNALS_CHANNEL,
  approvalPagePath,
  type ApprovalDetails,
  type ApprovalEvent,
} from '@slipway/plugin-approvals-common';
import {
  ActorName,
  CopyText,
  EntityLink,
  ErrorState,
  InfoList,
  PageSkeleton,
  Sentence,
  StatusBadge,
  Tile,
  Timeline,
  useLive,
  useLoaded,
  type Loaded,
  layout as styles,
} from '@slipway/ui';
import { useId } from 'react';
import { useParams } from 'react-router-dom';
import { approvalsApiRef } from '../api/ApprovalsApi';
import { DecideButtons } from './DecideButtons';
import { Deciders } from './Deciders';
import { OwnActions } from './OwnActions';
import { Summary } from './Summary';

/** Pages of 200 events that are read at most. */
const EVENT_PAGES = 10;

const CRUMBS = [{ label: 'Approvals', href: '/approvals' }];

/** One request for approval: what is asked, how it stands, and what one can do. */
export function ApprovalPage() {
  const { id = '' } = useParams();
  const api = useApi(approvalsApiRef);
  const approval = useLoaded(() => api.get(id), [api, id]);
  const events = useLoaded(async () => {
    const all: ApprovalEvent[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < EVENT_PAGES; page++) {
      const { items, nextCursor } = await api.getEvents(id, cursor);
      all.push(...items);
      if (!nextCursor) break;
      cursor = nextCursor;
    }
    return all;
  }, [api, id]);
  const reload = () => {
    approval.reload();
    events.reload();
  };
  useLive(APPROVALS_SIGNALS_CHANNEL, reload);

  if (approval.value) {
    return (
      <ApprovalContent
        key={approval.value.id}
        approval={approval.value}
        events={events}
        reload={reload}
      />
    );
  }
  return (
    <main className={styles.page}>
      <Header title="Approval" breadcrumbs={CRUMBS} />
      <Container>
        {approval.error ? (
          <ErrorState
            title="The approval could not be loaded"
            error={approval.error}
            onRetry={reload}
            action={
              <ButtonLink href="/approvals" size="small" variant="secondary">
                All approvals
              </ButtonLink>
            }
          />
        ) : (
          <PageSkeleton label="the approval" />
        )}
      </Container>
    </main>
  );
}

function ApprovalContent(props: {
  approval: ApprovalDetails;
  events: Loaded<ApprovalEvent[]>;
  reload: () => void;
}) {
  const { approval, events, reload } = props;
  const { me, state } = approval;
  const isPending = state === 'pending';
  const reasonId = useId();
  return (
    <main className={styles.page}>
      <Header
        title={approval.title}
        breadcrumbs={CRUMBS}
        metadata={[
          { label: 'State', value: <StatusBadge status={state} /> },
          ...(approval.environment
            ? [{ label: 'Environment', value: approval.environment }]
            : []),
          { label: 'Owner', value: <EntityLink entityRef={approval.owner} /> },
        ]}
        customActions={
          <>
            <OwnActions approval={approval} onChanged={reload} />
            {isPending && (
              <DecideButtons
                approval={approval}
                disabledReasonId={me.mayVote ? undefined : reasonId}
                onDecided={reload}
              />
            )}
          </>
        }
      />
      <Container>
        <div className={styles.stack}>
          {isPending && !me.mayVote && me.reason && (
            <p id={reasonId} className={styles.note}>
              <Sentence text={me.reason} />
            </p>
          )}
          <HowItEnded approval={approval} />
          <div className={styles.columns}>
            <div className={styles.stack}>
              <section aria-labelledby="what">
                <h2 id="what" className={styles.heading}>
                  What is asked
                </h2>
                <Summary approval={approval} />
              </section>
              <TimelineSection events={events} />
            </div>
            <div className={styles.stack}>
              <Deciders approval={approval} />
              <Tile title="Bound to">
                <InfoList
                  items={[
                    {
                      label: 'Subject',
                      value: `${approval.subject.kind} ${approval.subject.id}`,
                    },
                    {
                      label: 'Digest',
                      value: (
                        <CopyText text={approval.digest} name="digest">
                          {approval.digest.slice(0, 12)}
                        </CopyText>
                      ),
                    },
                  ]}
                />
                <p className={styles.note}>
                  The decision is about exactly this. When it changes, it is
                  asked for anew.
                </p>
              </Tile>
            </div>
          </div>
        </div>
      </Container>
    </main>
  );
}

function HowItEnded({ approval }: { approval: ApprovalDetails }) {
  const { state, endReason, supersededBy } = approval;
  if (supersededBy) {
    return (
      <Alert
        status="info"
        icon
        title="What was asked has changed. A newer request took the place of this one, and its votes do not count there."
        customActions={
          <ButtonLink
            href={approvalPagePath(supersededBy)}
            size="small"
            variant="secondary"
          >
            Open the newer request
          </ButtonLink>
        }
      />
    );
  }
  return state !== 'pending' && endReason ? (
    <Alert
      status={state === 'approved' ? 'success' : 'warning'}
      icon
      title={endReason}
    />
  ) : null;
}

function TimelineSection({ events }: { events: Loaded<ApprovalEvent[]> }) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline" className={styles.heading}>
        Timeline
      </h2>
      {events.error && (
        <ErrorState
          title="The timeline could not be loaded"
          error={events.error}
          onRetry={events.reload}
        />
      )}
      {!events.value && !events.error && (
        <PageSkeleton label="the timeline" rows={3} />
      )}
      {events.value && (
        <Timeline
          label="Timeline"
          events={[...events.value].reverse().map(event => ({
            id: event.id,
            at: event.createdAt,
            title: <Sentence text={event.message} />,
            actor: event.actor && <ActorName actor={event.actor} />,
          }))}
        />
      )}
    </section>
  );
}
