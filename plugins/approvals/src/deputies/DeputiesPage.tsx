import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import { Button, Container, Header } from '@backstage/ui';
import type { Deputy } from '@slipway/plugin-approvals-common';
import {
  EmptyState,
  EntityName,
  ErrorState,
  PageSkeleton,
  RelativeTime,
  useEntityTitles,
  useLoaded,
  layout as styles,
} from '@slipway/ui';
import { useState } from 'react';
import { approvalsApiRef } from '../api/ApprovalsApi';
import { AppointForm } from './AppointForm';

/** Who votes for me, and for whom I vote. */
export function DeputiesPage() {
  const api = useApi(approvalsApiRef);
  const deputies = useLoaded(() => api.listDeputies(), [api]);
  const { items = [], totalItems = 0 } = deputies.value ?? {};
  return (
    <main className={styles.page}>
      <Header
        title="Deputies"
        breadcrumbs={[{ label: 'Approvals', href: '/approvals' }]}
      />
      <Container>
        <div className={styles.columns}>
          <section aria-labelledby="deputies">
            <h2 id="deputies" className={styles.heading}>
              Mine, and whose I am
            </h2>
            {deputies.error && (
              <ErrorState
                title="The deputies could not be loaded"
                error={deputies.error}
                onRetry={deputies.reload}
              />
            )}
            {!deputies.value && !deputies.error && (
              <PageSkeleton label="deputies" rows={3} />
            )}
            {deputies.value && items.length === 0 && (
              <EmptyState title="Nobody votes for you, and you vote for nobody else. Name a deputy before you go on holiday." />
            )}
            {items.length > 0 && (
              <ul className={styles.plain}>
                {items.map(deputy => (
                  <Appointment
                    key={deputy.id}
                    deputy={deputy}
                    onEnded={deputies.reload}
                  />
                ))}
              </ul>
            )}
            {totalItems > items.length && (
              <p className={styles.note}>
                {`These are ${items.length} of ${totalItems}: those that have not ended come first.`}
              </p>
            )}
          </section>
          <section aria-labelledby="appoint">
            <h2 id="appoint" className={styles.heading}>
              Name a deputy
            </h2>
            <AppointForm onAppointed={deputies.reload} />
          </section>
        </div>
      </Container>
    </main>
  );
}

function Appointment(props: { deputy: Deputy; onEnded: () => void }) {
  const { id, person, deputy, from, until, reason, endedAt } = props.deputy;
  const api = useApi(approvalsApiRef);
  const identityApi = useApi(identityApiRef);
  const me = useLoaded(
    async () => (await identityApi.getBackstageIdentity()).userEntityRef,
    [identityApi],
  );
  const titleOf = useEntityTitles([person, deputy]);
  const [error, setError] = useState<unknown>();
  const isOver = endedAt !== undefined || Date.parse(until) <= Date.now();
  const end = async () => {
    setError(undefined);
    try {
      await api.endDeputy(id);
      props.onEnded();
    } catch (refusal) {
      setError(refusal);
    }
  };
  return (
    <li className={styles.item}>
      <div className={styles.row}>
        <span>
          <EntityName entityRef={deputy} />
          {deputy === me.value ? ' (you) votes for ' : ' votes for '}
          <EntityName entityRef={person} />
          {person === me.value && ' (you)'}
        </span>
        {!isOver && (
          <Button
            size="small"
            variant="secondary"
            onPress={end}
            aria-label={`End now: ${titleOf(deputy)} for ${titleOf(person)}`}
          >
            End now
          </Button>
        )}
      </div>
      <p className={styles.note}>
        {endedAt ? (
          <>
            Ended <RelativeTime at={endedAt} />
          </>
        ) : (
          <>
            From <RelativeTime at={from} /> until <RelativeTime at={until} />
          </>
        )}
        {reason && `: ${reason}`}
      </p>
      {error !== undefined && <ErrorState title="Not ended" error={error} />}
    </li>
  );
}
