import type { DatabaseEvent } from '@slipway/plugin-databases-common';
import {
  ActorName,
  ErrorState,
  type Loaded,
  PageSkeleton,
  Sentence,
  Timeline,
  layout as styles,
} from '@slipway/ui';

/** What happened, the newest first. */
export function DatabaseTimeline({
  events,
}: {
  events: Loaded<DatabaseEvent[]>;
}) {
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
        <PageSkeleton label="the timeline" rows={4} />
      )}
      {events.value && (
        <Timeline
          label="Timeline"
          events={withoutBeginnings(events.value)
            .reverse()
            .map(event => ({
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

/**
 * Leaves out that a step began where it also says that it is done: steps of an operation run one after the other, and the
 * second sentence says it all.
 */
function withoutBeginnings(events: DatabaseEvent[]): DatabaseEvent[] {
  return events.filter(({ type, operationId }, index) => {
    const next =
      type === 'step.started' &&
      events
        .slice(index + 1)
        .find(
          event =>
            event.operationId === operationId &&
            ['step.started', 'step.succeeded'].includes(event.type),
        );
    return !next || next.type !== 'step.succeeded';
  });
}
