import { useApi } from '@backstage/frontend-plugin-api';
import {
  Alert,
  Button,
  ButtonLink,
  Container,
  Header,
  Link,
} from '@backstage/ui';
import {
  POLICIES_SIGNALS_CHANNEL,
  type PolicyWaiverDetails,
  type WaiverEventsPage,
  compliancePath,
  policyPath,
  scopeWords,
} from '@slipway/plugin-policies-common';
import { policiesApiRef } from '@slipway/plugin-policies-react';
import {
  ActorName,
  EntityLink,
  InfoList,
  type Loaded,
  RelativeTime,
  Sentence,
  Tile,
  Timeline,
  useLive,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useState } from 'react';
import { useParams } from 'react-router-dom';
import { Shown } from '../shared/Shown';
import { EndWaiverDialog } from './EndWaiverDialog';
import { WaiverState } from './WaiversTable';

const CRUMBS = [
  { label: 'Compliance', href: compliancePath() },
  { label: 'Waivers', href: '/compliance/waivers' },
];

/** One waiver: what it covers, why, until when, and how it came to that. */
export function WaiverPage() {
  const { id = '' } = useParams();
  const api = useApi(policiesApiRef);
  const waiver = useLoaded(() => api.getWaiver(id), [api, id]);
  // Few things happen to a waiver: one page holds them.
  const events = useLoaded(() => api.getWaiverEvents(id), [api, id]);
  const reload = () => {
    waiver.reload();
    events.reload();
  };
  useLive(POLICIES_SIGNALS_CHANNEL, reload);
  return waiver.value && !waiver.error ? (
    <WaiverContent
      key={waiver.value.id}
      waiver={waiver.value}
      events={events}
      onChanged={reload}
    />
  ) : (
    <main className={styles.page}>
      <Header title="Waiver" breadcrumbs={CRUMBS} />
      <Container>
        <Shown
          loaded={waiver}
          what="waiver"
          action={
            <ButtonLink
              href="/compliance/waivers"
              size="small"
              variant="secondary"
            >
              All waivers
            </ButtonLink>
          }
        >
          {() => null}
        </Shown>
      </Container>
    </main>
  );
}

function WaiverContent(props: {
  waiver: PolicyWaiverDetails;
  events: Loaded<WaiverEventsPage>;
  onChanged: () => void;
}) {
  const { waiver, events, onChanged } = props;
  const { me, state, scope, approvalId } = waiver;
  const [asked, setAsked] = useState<'withdraw' | 'end'>();
  return (
    <main className={styles.page}>
      <Header
        title={`Waiver from: ${waiver.policyTitle}`}
        breadcrumbs={CRUMBS}
        metadata={[
          { label: 'State', value: <WaiverState waiver={waiver} /> },
          {
            label: 'Answers for it',
            value: <EntityLink entityRef={waiver.owner} />,
          },
        ]}
        customActions={
          <>
            {me.mayWithdraw && (
              <Button variant="secondary" onPress={() => setAsked('withdraw')}>
                Withdraw
              </Button>
            )}
            {me.mayEnd && (
              <Button variant="secondary" onPress={() => setAsked('end')}>
                End now
              </Button>
            )}
            {approvalId && (
              <ButtonLink
                variant={state === 'requested' ? 'primary' : 'secondary'}
                href={`/approvals/${encodeURIComponent(approvalId)}`}
              >
                Open the decision
              </ButtonLink>
            )}
          </>
        }
      />
      <Container>
        <div className={styles.stack}>
          {waiver.policyChanged && (
            <Alert
              status="warning"
              icon
              title="The policy has changed since this was asked for. Look whether it is still needed."
            />
          )}
          {state === 'requested' && (
            <Alert
              status="info"
              icon
              title="It covers nothing before it is granted."
            />
          )}
          <div className={styles.columns}>
            <div className={styles.stack}>
              <section aria-labelledby="why">
                <h2 id="why" className={styles.heading}>
                  Why
                </h2>
                <p className={styles.text}>{waiver.reason}</p>
              </section>
              <section aria-labelledby="timeline">
                <h2 id="timeline" className={styles.heading}>
                  Timeline
                </h2>
                <Shown loaded={events} what="timeline" rows={3}>
                  {({ items }) => (
                    <Timeline
                      label="Timeline"
                      events={[...items].reverse().map(event => ({
                        id: event.id,
                        at: event.createdAt,
                        title: <Sentence text={event.message} />,
                        actor: event.actor && <ActorName actor={event.actor} />,
                      }))}
                    />
                  )}
                </Shown>
              </section>
            </div>
            <Tile title="What it covers">
              <InfoList
                items={[
                  {
                    label: 'Policy',
                    value: (
                      <Link href={policyPath(waiver.policy)}>
                        {waiver.policyTitle}
                      </Link>
                    ),
                  },
                  { label: 'Field', value: waiver.field ?? 'All' },
                  { label: 'Covers', value: scopeWords({ scope }) },
                  {
                    label: 'In the catalog',
                    value: scope.entityRef && (
                      <EntityLink entityRef={scope.entityRef} />
                    ),
                  },
                  {
                    label: 'Asked by',
                    value: <EntityLink entityRef={waiver.requester} />,
                  },
                  {
                    label: 'Granted by',
                    value: waiver.grantedBy && (
                      <EntityLink entityRef={waiver.grantedBy} />
                    ),
                  },
                  {
                    label: endLabel(waiver),
                    value: <RelativeTime at={waiver.expiresAt} />,
                  },
                ]}
              />
            </Tile>
          </div>
        </div>
      </Container>
      {asked && (
        <EndWaiverDialog
          waiver={waiver}
          how={asked}
          onClose={() => setAsked(undefined)}
          onChanged={onChanged}
        />
      )}
    </main>
  );
}

function endLabel({ state, endedAt }: PolicyWaiverDetails): string {
  if (state === 'expired') return 'Ended';
  return endedAt ? 'Would have ended' : 'Ends';
}
